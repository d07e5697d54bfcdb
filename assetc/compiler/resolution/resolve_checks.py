"""From checks as asked for to checks that can run: the assets they read are found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import md5

from msgspec.structs import replace

from assetc.compiler.asset import Check
from assetc.compiler.checks import ARGUMENTS, GENERIC_TESTS
from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.declare import Declared
from assetc.compiler.define_checks import CheckDraft, check_of
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.facts import SqlFacts
from assetc.compiler.names.names import Names, find_key, find_table, is_written
from assetc.compiler.names.target_names import NOBODY
from assetc.compiler.names.why_missing import why_missing
from assetc.compiler.place import TextId
from assetc.compiler.project import Project
from assetc.compiler.resolution.check_arguments import named_by_check
from assetc.compiler.resolution.resolution import not_readable
from assetc.compiler.resolution.written_calls import find_call, with_bare_calls
from assetc.compiler.template.macros import Macro
from assetc.compiler.template.rendered import Read
from assetc.definitions.key import AssetKey


def resolve_checks(
    given: CompilerInput, declared: Declared, facts: Mapping[TextId, SqlFacts]
) -> tuple[tuple[Check, ...], tuple[Diagnostic, ...], tuple[Read, ...]]:
    """The checks with the assets that they read, what is wrong with them, and what their templates looked at."""
    checks: list[Check] = []
    problems: list[Diagnostic] = []
    reads: list[Read] = []
    unknown: list[CheckDraft] = []
    own = {macro.name.removeprefix("test_"): macro for macro in given.surroundings.library.tests()}
    known = (*GENERIC_TESTS, *own)
    for written in declared.checks:
        draft = replace(written, arguments=with_bare_calls(written.arguments))
        wrong = (*(() if draft.kind in own else _wrong_arguments(draft)), *_without_column(draft, own))
        if not draft.config.enabled:
            continue
        if draft.path is None and draft.kind.rpartition(".")[2] not in known:
            unknown.append(draft)
        elif wrong:
            problems += wrong
        else:
            named = named_by_check(given, declared, draft, facts)
            reads += named.reads
            problems += named.problems
            if not named.problems:
                own_read, faults = _read_by(draft, facts, declared.names)
                read = tuple(dict.fromkeys((*own_read, *named.assets)))
                problems += (*faults, *_not_readable(draft, read, declared))
                checks.append(check_of(given.project, draft, read))
    problems += _unknown_tests(given.project, unknown, known)
    return tuple(with_own_ids(checks)), tuple(problems), tuple(reads)


def _wrong_arguments(draft: CheckDraft) -> Iterator[Diagnostic]:
    """E137 for an argument that a built-in check does not have, or lacks."""
    if draft.path is not None or draft.kind not in ARGUMENTS:
        return
    needed, optional = ARGUMENTS[draft.kind]
    given = {name for name, _ in draft.arguments}
    unknown = sorted(given - {*needed, *optional, "model", "column_name"})
    for name in unknown:
        hint = did_you_mean(name, needed + optional) or f"It has {', '.join(needed + optional) or 'none'}"
        place = dict(draft.places).get(name, draft.span)
        yield diagnostic("E137", f"the check {draft.kind} has no argument {name}", place, hint=hint)
    for name in needed if not unknown else ():
        if name not in given:
            yield diagnostic("E137", f"the check {draft.kind} needs {name}", draft.span, hint=f"Write {name}: below it")


_COLUMN = re.compile(r"\bcolumn_name\s*[,)]")


def _without_column(draft: CheckDraft, own: Mapping[str, Macro]) -> Iterator[Diagnostic]:
    """E137 for a check of a column that no column is given: it stands at the model itself."""
    macro = own.get(draft.kind)
    is_of_column = draft.kind in ARGUMENTS if macro is None else _COLUMN.search(macro.opening) is not None
    if draft.path is None and is_of_column and not draft.column:
        hint = "Move it below a column, or write column_name: below it"
        yield diagnostic("E137", f"the check {draft.kind} needs column_name", draft.span, hint=hint)


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
            why = why_missing(names, draft.asset_name)
            what = f"{why.instead}, which is no asset" if why.instead else f"nothing is called {draft.asset_name}"
            problems.append(diagnostic("E101", what, draft.span, hint=why.hint, related=why.related))
    if draft.path is not None:
        read |= dict.fromkeys(_tables_of(facts[TextId(draft.path)], names))
    return tuple(read), problems


def _not_readable(draft: CheckDraft, read: Iterable[AssetKey], declared: Declared) -> Iterator[Diagnostic]:
    """E114 for what is no table; SQL of its own may read a table that the body of such an asset creates."""
    for asset in (declared.assets[key] for key in read if key in declared.assets):
        if asset.is_value and not (draft.path and is_written(declared.names, (asset.key.name,), asset.key)):
            yield not_readable(asset, draft.span)


def _tables_of(facts: SqlFacts, names: Names) -> Iterator[AssetKey]:
    for call in facts.discovered.references:
        yield from find_call(names, call, NOBODY)[:1]
    for placed in facts.understood.references if facts.understood else ():
        if placed.reference.kind == "read":
            yield from find_table(names, placed.reference.parts, NOBODY)[:1]


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
