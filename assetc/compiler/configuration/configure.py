"""The configuration of one asset, merged from all the places where it can be written.

The order is dbt's (docs.getdbt.com/reference/define-configs): folders from the outer to the inner one, then the
property file, then the file itself. Tags and hooks add up, mappings are updated, everything else is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from assetc.compiler.asset import AssetKind
from assetc.compiler.config import AssetConfig, Hook
from assetc.compiler.configuration.keys import KNOWN_ELSEWHERE, WITHOUT_EFFECT, WITHOUT_EFFECT_IN_SQL, without_effect
from assetc.compiler.configuration.values import CONVERTERS, Misfit
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.materialization.known import (
    BUILT_IN,
    materialization_named,
    unknown_materialization,
    without_query,
)
from assetc.compiler.place import Span
from assetc.compiler.project import Entry, Project
from assetc.compiler.rules import Rules

SYNONYMS: Mapping[str, str] = {
    "pre-hook": "pre_hook",
    "post-hook": "post_hook",
    "group_name": "group",
    "project": "database",
    "dataset": "schema",
    "metadata": "meta",
    "predicates": "incremental_predicates",
    "non_argument_deps": "deps",
    "materialization": "materialized",
}

ADDING = frozenset({"tags", "pre_hook", "post_hook", "owners", "checks", "deps", "ignore_deps"})
UPDATING = frozenset({"meta", "column_types"})
KNOWN = frozenset(CONVERTERS) | frozenset(SYNONYMS) | KNOWN_ELSEWHERE

PLACED = ("materialized", "incremental_strategy", "incremental_predicates", "unique_key", "on_schema_change")
"""The keys whose places are kept for an incremental asset: only the warehouse can check their values."""


def configure(
    entries: Iterable[Entry], rules: Rules, default_materialization: str
) -> tuple[AssetConfig, tuple[Diagnostic, ...]]:
    """The merged configuration of entries given from the weakest to the strongest, and what is wrong with them."""
    values: dict[str, object] = {"materialized": default_materialization}
    extra: dict[str, object] = {}
    places: dict[str, Span] = {}
    problems: list[Diagnostic] = []
    for entry in entries:
        key = name_of(entry)
        convert = CONVERTERS.get(key)
        problems += _not_built(entry, key) if rules.lists_all_not_built else _not_built_of_dbt(entry, key)
        if convert is None:
            extra[key] = entry.value
            if key not in KNOWN_ELSEWHERE:
                problems.append(unknown_key(entry, rules))
            continue
        try:
            values[key] = _merged(key, values.get(key), _placed(convert(entry.value), entry.span))
            places[key] = entry.span
        except Misfit as misfit:
            problems.append(_misfit(entry, misfit))
    if not rules.own_materializations and values["materialized"] not in BUILT_IN:
        problems += unknown_materialization(str(values["materialized"]), places.get("materialized"))
    adds_rows = materialization_named(str(values["materialized"])).adds_rows
    kept = tuple((key, places[key]) for key in PLACED if key in places and adds_rows)
    return AssetConfig(**values, extra=extra, places=kept), tuple(problems)  # type: ignore[arg-type]  # each was converted


def name_of(entry: Entry) -> str:
    """The key of an entry, as it is looked up."""
    key = entry.key.removeprefix("+")
    return SYNONYMS.get(key, key)


def _misfit(entry: Entry, misfit: Misfit) -> Diagnostic:
    message = f"the value of {entry.key} must be {misfit}"
    return diagnostic("E126", message, entry.span, label=repr(entry.value)[:60], hint=misfit.hint)


def _not_built(entry: Entry, key: str) -> Iterator[Diagnostic]:
    """W223 for a key that is known and has no effect yet."""
    is_python = entry.span.path.endswith(".py")
    if key in WITHOUT_EFFECT or (key in WITHOUT_EFFECT_IN_SQL and not is_python):
        yield without_effect(entry.key, entry.span)


def _not_built_of_dbt(entry: Entry, key: str) -> Iterator[Diagnostic]:
    """W223 for keys that change what dbt does in a run; its projects have many that do not."""
    is_enforced = isinstance(entry.value, Mapping) and entry.value.get("enforced") in (True, "true", "True")
    if key in ("grants", "sql_header") and entry.value:
        yield without_effect(entry.key, entry.span)
    if key == "contract" and is_enforced:
        yield diagnostic("W223", "contracts are not built yet: columns and types are not enforced", entry.span)


def unknown_key(entry: Entry, rules: Rules) -> Diagnostic:
    """The problem of a configuration key that nothing reads: an error, in a dbt project a warning."""
    code = "E121" if rules.is_strict else "W221"
    hint = did_you_mean(entry.key, KNOWN) or "Keys of your own belong under meta"
    return diagnostic(code, f"unknown configuration key {entry.key}", entry.span, hint=hint)


def misplaced_materialization(kind: AssetKind, title: str, own: Iterable[Entry]) -> Iterator[Diagnostic]:
    """E176 for a seed or Python asset that is configured as a query itself, not only by its folder."""
    for entry in own:
        has_own_rows = kind in ("seed", "python") and name_of(entry) == "materialized"
        if has_own_rows and not materialization_named(str(entry.value)).stores_rows:
            yield without_query(str(entry.value), title, entry.span)


def foreign_dialect(project: Project, config: AssetConfig, entries: Iterable[Entry]) -> Iterator[Diagnostic]:
    """W223 for SQL in another dialect than the target's: it is read in that dialect, and not translated."""
    dialect = config.dialect
    if dialect is None or dialect == project.target.dialect or not project.rules.has_dialects:
        return
    for entry in entries:
        if name_of(entry) == "dialect" and entry.value == dialect:
            message = f"SQL is not translated yet from {dialect} to {project.target.dialect}"
            yield diagnostic("W223", message, entry.span, hint="It is read in its dialect and sent as it is written")


def _placed(value: object, span: Span) -> object:
    """The value; hooks with their place, because they add up from several."""
    if not isinstance(value, tuple):
        return value
    return tuple(replace(each, span=span) if isinstance(each, Hook) else each for each in value)


def _merged(key: str, before: object, value: object) -> object:
    if before is None:
        return value
    if key in ADDING and isinstance(before, tuple) and isinstance(value, tuple):
        return (*before, *(item for item in value if item not in before))
    if key in UPDATING and isinstance(before, Mapping) and isinstance(value, Mapping):
        return {**before, **value}
    return value
