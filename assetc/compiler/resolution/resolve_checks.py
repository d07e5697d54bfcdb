"""From checks as asked for to checks that can run: the assets they read are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import md5
from typing import TypeGuard

from msgspec.structs import replace

from assetc.compiler.asset import Asset, Check, NodeId
from assetc.compiler.define_checks import CheckDraft
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.facts import SqlFacts
from assetc.compiler.names.names import (
    Candidates,
    Names,
    Ref,
    find_key,
    find_ref,
    find_source,
    find_table,
    is_written,
    known_names,
)
from assetc.compiler.names.target_names import NOBODY
from assetc.compiler.place import Span, TextId
from assetc.compiler.project import Project
from assetc.compiler.resolution.resolution import not_readable
from assetc.compiler.template.rendered import TemplateReference
from assetc.definitions.key import AssetKey

ARGUMENTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "unique": ((), ()),
    "not_null": ((), ()),
    "accepted_values": (("values",), ("quote",)),
    "relationships": (("to", "field"), ()),
}
"""What each built-in check needs, and what else it takes."""

GENERIC_TESTS = tuple(ARGUMENTS)


def resolve_checks(
    project: Project,
    drafts: Iterable[CheckDraft],
    facts: Mapping[TextId, SqlFacts],
    names: Names,
    assets: Mapping[AssetKey, Asset],
    tests: Iterable[str],
) -> tuple[tuple[Check, ...], tuple[Diagnostic, ...]]:
    """The checks with the assets that they read, and what is wrong with them. `tests` are the project's own tests."""
    checks: list[Check] = []
    problems: list[Diagnostic] = []
    unknown: list[CheckDraft] = []
    own = tuple(test.removeprefix("test_") for test in tests)
    known = (*GENERIC_TESTS, *own)
    for draft in (draft for draft in drafts if draft.config.enabled):
        arguments = () if draft.kind in own else _wrong_arguments(draft)
        if draft.path is None and draft.kind.rpartition(".")[2] not in known:
            unknown.append(draft)
        elif wrong := (*arguments, *_missing_relations(project, draft, names, facts)):
            problems += wrong
        else:
            read, faults = _read_by(draft, facts, names)
            problems += (*faults, *_not_readable(draft, (assets[key] for key in read if key in assets), names))
            checks.append(_check(project, draft, read))
    return tuple(with_own_ids(checks)), (*problems, *_unknown_tests(project, unknown, known))


def _check(project: Project, draft: CheckDraft, read: tuple[AssetKey, ...]) -> Check:
    package = project.package_of(draft.span.path)
    return Check(
        id=NodeId("test", package.name, draft.name),
        name=draft.name,
        kind=draft.kind,
        assets=read,
        config=draft.config,
        span=draft.span,
        column=draft.column,
        arguments=draft.arguments,
        fqn=(package.name, *package.folders_of(draft.span.path), draft.name),
        path=draft.path,
    )


def _wrong_arguments(draft: CheckDraft) -> Iterator[Diagnostic]:
    """E137 for an argument that a built-in check does not have, or lacks."""
    if draft.path is not None or draft.kind not in ARGUMENTS:
        return
    needed, optional = ARGUMENTS[draft.kind]
    given = {name for name, _ in draft.arguments}
    unknown = sorted(given - {*needed, *optional, "model", "column_name"})
    for name in unknown:
        hint = did_you_mean(name, needed + optional) or f"It has {', '.join(needed + optional) or 'none'}"
        yield diagnostic("E137", f"the check {draft.kind} has no argument {name}", draft.span, hint=hint)
    for name in needed if not unknown else ():
        if name not in given:
            yield diagnostic("E137", f"the check {draft.kind} needs {name}", draft.span, hint=f"Write {name}: below it")


def _missing_relations(
    project: Project, draft: CheckDraft, names: Names, facts: Mapping[TextId, SqlFacts]
) -> Iterator[Diagnostic]:
    """What a check names and does not exist. Where checks are left out, as in dbt, that is a warning."""
    code, more = ("W202", f": {draft.name} will not run") if project.rules.leaves_out_checks else ("E101", "")
    for words, span in _missing(draft, names, facts):
        hint = did_you_mean(words[-1], known_names(names))
        yield diagnostic(code, f"nothing is called {'/'.join(words)}{more}", span, hint=hint)


def _missing(draft: CheckDraft, names: Names, facts: Mapping[TextId, SqlFacts]) -> Iterator[tuple[Sequence[str], Span]]:
    """The words of each name in an argument, or in a template, that leads nowhere, and where they stand."""
    for written in _named_relations(draft):
        if not find_written(names, written, draft.asset or NOBODY):
            yield _words_of_call(written), draft.span
    for call in facts[TextId(draft.path)].discovered.references if draft.path is not None else ():
        if call.certainty == "certain" and call.kind != "this" and not _find_call(names, call):
            yield call.arguments, call.span


def _read_by(
    draft: CheckDraft, facts: Mapping[TextId, SqlFacts], names: Names
) -> tuple[tuple[AssetKey, ...], list[Diagnostic]]:
    read: dict[AssetKey, None] = {draft.asset: None} if draft.asset else {}
    problems: list[Diagnostic] = []
    if draft.asset_name:
        found = find_key(names, draft.asset_name, NOBODY)
        if found:
            read[found[0]] = None
        else:
            hint = did_you_mean(draft.asset_name, known_names(names))
            problems.append(diagnostic("E101", f"nothing is called {draft.asset_name}", draft.span, hint=hint))
    if draft.path is not None:
        read |= dict.fromkeys(_tables_of(facts[TextId(draft.path)], names))
    for written in _named_relations(draft):
        read |= dict.fromkeys(find_written(names, written, draft.asset or NOBODY)[:1])
    return tuple(read), problems


def _not_readable(draft: CheckDraft, assets: Iterable[Asset], names: Names) -> Iterator[Diagnostic]:
    """E114 for what is no table; SQL of its own may read a table that the body of such an asset creates."""
    for asset in assets:
        if asset.is_value and not (draft.path and is_written(names, (asset.key.name,), asset.key)):
            yield not_readable(asset, draft.span)


def _tables_of(facts: SqlFacts, names: Names) -> Iterator[AssetKey]:
    for call in facts.discovered.references:
        yield from _find_call(names, call)[:1]
    for placed in facts.understood.references if facts.understood else ():
        if placed.reference.kind == "read":
            yield from find_table(names, placed.reference.parts, NOBODY)[:1]


def _find_call(names: Names, call: TemplateReference) -> Candidates:
    """What `ref()` or `source()` in a template can mean."""
    if call.kind == "ref":
        return find_ref(names, Ref.of(call.arguments, call.version), NOBODY)
    return find_source(names, call.arguments[0], call.arguments[-1]) if call.kind == "source" else ()


def _named_relations(draft: CheckDraft) -> Iterator[str]:
    """The `to:` of a relationships test, which may be a plain name, and every `ref('name')` or `source('a', 'b')`."""
    for key, value in draft.arguments:
        if isinstance(value, str) and (key == "to" or is_call(value)):
            yield value


def is_call(value: object) -> TypeGuard[str]:
    """Whether the argument of a check is `ref(...)` or `source(...)`."""
    return isinstance(value, str) and value.lstrip().startswith(("ref(", "source(")) and value.rstrip().endswith(")")


def find_written(names: Names, written: str, owner: AssetKey) -> Candidates:
    """The assets that `ref('orders')`, `source('crm', 'users')` or a plain `orders` can mean."""
    words = _words_of_call(written)
    if not is_call(written):
        return find_key(names, words[0], owner)
    if written.lstrip().startswith("ref("):
        version = next((word.partition("=")[2].strip() for word in words if "=" in word), None)
        return find_ref(names, Ref.of([word for word in words if "=" not in word], version), owner)
    return find_source(names, words[0], words[-1])


def _words_of_call(written: str) -> list[str]:
    """The names in a call, or the one that is no call."""
    name, bracket, arguments = written.strip().partition("(")
    return [word.strip().strip("'\"") for word in arguments.rstrip(") ").split(",")] if bracket else [name]


def _unknown_tests(project: Project, drafts: Iterable[CheckDraft], known: tuple[str, ...]) -> Iterator[Diagnostic]:
    """E101 for a check of a kind that is not there; one warning for all that use the same test of a package."""
    of_packages: dict[str, list[CheckDraft]] = {}
    for draft in drafts:
        if project.rules.leaves_out_checks and "." in draft.kind:
            of_packages.setdefault(draft.kind, []).append(draft)
        else:
            hint = did_you_mean(draft.kind, known) or f"Known tests: {', '.join(known)}"
            yield diagnostic("E101", f"there is no test called {draft.kind}", draft.span, hint=hint)
    for same in of_packages.values():
        first, *others = sorted(same, key=lambda draft: (draft.span.path, draft.span.start))
        more = f" and {len(others)} more" if others else ""
        message = f"tests of packages are not built yet: {first.name}{more} will not run"
        yield diagnostic("W223", message, first.span)


def with_own_ids(checks: Iterable[Check]) -> Iterator[Check]:
    """The checks, each once. Of those with one name a SQL file is known by its path, others by a hash of what they ask.

    Whoever is the only one of its name keeps that name as its identity, as in dbt.
    """
    same: dict[tuple[str, str], dict[str, Check]] = {}
    for check in checks:
        same.setdefault((check.id.package, check.name), {}).setdefault(_own_name(check), check)
    for named in same.values():
        if len(named) == 1:
            yield from named.values()
        else:
            yield from (replace(check, id=replace(check.id, name=own)) for own, check in named.items())


def _own_name(check: Check) -> str:
    """A name that a check shares only with one that asks for the same."""
    if check.path is not None:
        return check.path
    asked = repr((check.kind, check.assets[:1], check.column, check.arguments, check.config))
    return f"{check.name}.{md5(asked.encode('utf-8', 'surrogatepass'), usedforsecurity=False).hexdigest()[-10:]}"
