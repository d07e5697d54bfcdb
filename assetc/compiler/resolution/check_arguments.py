"""What the arguments of a check name: assets, by `ref('orders')` and the like, also in templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.check_texts import text_of_check
from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.config_text import ConfigText
from assetc.compiler.declare import Declared
from assetc.compiler.define_checks import CheckDraft, check_of
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.facts import SqlFacts
from assetc.compiler.names.names import Candidates, Names
from assetc.compiler.names.target_names import NOBODY
from assetc.compiler.names.why_missing import why_missing
from assetc.compiler.place import Span, TextId
from assetc.compiler.resolution.written_calls import find_call, find_written, is_call, template_of, words_of_call
from assetc.compiler.template.render import render
from assetc.compiler.template.rendered import Read, Rendered, TemplateReference
from assetc.compiler.template.surroundings import Surroundings, Template, at_moment
from assetc.definitions.key import AssetKey


class NamedByCheck(Struct, frozen=True):
    """The assets that the arguments of a check name, what is wrong with these, and what their templates looked at."""

    assets: tuple[AssetKey, ...]
    problems: tuple[Diagnostic, ...]
    reads: tuple[Read, ...]


class _Mention(NamedTuple):
    """A relation that an argument names, and what it may be."""

    name: str
    found: Candidates
    span: Span


def named_by_check(
    given: CompilerInput, declared: Declared, draft: CheckDraft, facts: Mapping[TextId, SqlFacts]
) -> NamedByCheck:
    """What a check names, in its arguments or in its file. Where checks are left out, a missing name is a warning."""
    own = facts[TextId(draft.path)].discovered.references if draft.path is not None else ()
    mentions = list(_called((call for call in own if call.certainty == "certain"), draft, declared.names))
    problems: list[Diagnostic] = []
    reads: list[Read] = []
    for key, text in _texts_of(draft):
        template = template_of(text)
        if template is None:
            mentions += _written(given, declared.names, draft, key, text, text.text)
            continue
        rendered = _render(template, _seen(given, declared, draft))
        problems += text.placed(rendered.problems, given.files.text)
        reads += rendered.reads
        if rendered.references:
            calls = (replace(call, span=text.moved(call.span, given.files.text)) for call in rendered.references)
            mentions += _called(calls, draft, declared.names)
        else:
            mentions += _written(given, declared.names, draft, key, text, rendered.text)
    missing = (_missing(given, declared.names, draft, each) for each in mentions if not each.found)
    found = (key for each in mentions for key in each.found[:1])
    return NamedByCheck(tuple(dict.fromkeys(found)), (*problems, *missing), tuple(reads))


def _texts_of(draft: CheckDraft) -> Iterator[tuple[str, ConfigText]]:
    """The texts among the arguments, by the argument."""
    for key, value in draft.arguments:
        yield from ((key, text_of_check(draft, key, text)) for text in _texts_in(value))


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts_in(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts_in(each)


def _seen(given: CompilerInput, declared: Declared, draft: CheckDraft) -> Surroundings:
    return declared.view(given).of_check(given.surroundings, check_of(given.project, draft, ()))


def _render(template: Template, around: Surroundings) -> Rendered:
    """A template of an argument; one that asks the warehouse as it was before there was one to ask."""
    rendered = render(template, at_moment(around, execute=True, incremental=False))
    if not rendered.needs_warehouse:
        return rendered
    return render(template, at_moment(around, execute=False, incremental=False))


def _called(calls: Iterable[TemplateReference], draft: CheckDraft, names: Names) -> Iterator[_Mention]:
    for call in calls:
        if call.kind != "this":
            yield _Mention("/".join(call.arguments), find_call(names, call, draft.asset or NOBODY), call.span)


def _written(
    given: CompilerInput, names: Names, draft: CheckDraft, key: str, text: ConfigText, value: str
) -> Iterator[_Mention]:
    """The `to:` of a relationships test, which may be a plain name, and every `ref('name')` or `source('a', 'b')`."""
    if key == "to" or is_call(value):
        place = text.place(0, len(text.text), given.files.text)
        yield _Mention("/".join(words_of_call(value)), find_written(names, value, draft.asset or NOBODY), place)


def _missing(given: CompilerInput, names: Names, draft: CheckDraft, mention: _Mention) -> Diagnostic:
    code, more = ("W202", f": {draft.name} will not run") if given.project.rules.leaves_out_checks else ("E101", "")
    why = why_missing(names, mention.name)
    what = f"{why.instead}, which is no asset" if why.instead else f"nothing is called {mention.name}"
    return diagnostic(code, f"{what}{more}", mention.span, hint=why.hint, related=why.related)
