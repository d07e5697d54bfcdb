"""How new rows come into an incremental table: the strategy, whether it fits, and what becomes of other columns."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from assetc.compiler.abilities import Abilities
from assetc.compiler.config import AssetConfig
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.materialization.build import Build
from assetc.compiler.operation import AlterColumns, Append, Column, DeleteInsert, Merge, Operation, WriteRows

_NOT_BUILT = (
    "merge_clauses", "merge_insert_condition", "merge_on_using_columns", "merge_returning_columns",
    "merge_update_condition", "merge_update_set_expressions",
)  # fmt: skip


def strategy_of(build: Build) -> str:
    """The incremental strategy of a build."""
    return strategy_for(build.config, build.abilities)


def strategy_for(config: AssetConfig, abilities: Abilities) -> str:
    """The configured strategy, else the warehouse's default for assets with or without a unique key."""
    configured = config.incremental_strategy
    if configured and configured != "default":
        return configured.replace("_", "+") if configured == "delete_insert" else configured
    return abilities.strategies[1 if config.unique_key else 0]


def strategy_problem(build: Build) -> Diagnostic | None:
    """Why the strategy cannot be used here."""
    strategy = strategy_of(build)
    supported = (*build.abilities.strategies, *build.own_strategies)
    if strategy not in supported:
        message = f"the incremental strategy `{strategy}` is not supported here"
        hint = did_you_mean(strategy, supported) or f"Supported are {', '.join(supported)}"
        return diagnostic("E172", message, build.place("incremental_strategy"), hint=hint)
    for key in _NOT_BUILT:
        if strategy == "merge" and build.config.extra.get(key):
            return diagnostic("E179", f"`{key}` is not supported yet", build.span, hint="Leave it out")
    return None


def write_rows(build: Build, columns: tuple[str, ...]) -> Operation:
    """The operation that brings the staged rows into the relation."""
    source, target = build.temporary, build.relation
    key, predicates = build.config.unique_key, build.config.incremental_predicates
    match strategy_of(build):
        case "merge":
            return Merge(target, source, key, _updated_columns(build, columns), columns, predicates)
        case strategy if strategy not in build.abilities.strategies:
            return WriteRows(strategy, target, source, key, columns, predicates)
        case "delete+insert" if key:
            return DeleteInsert(target, source, key, columns, predicates)
        case _:
            return Append(target, source, columns)


def _updated_columns(build: Build, columns: tuple[str, ...]) -> tuple[str, ...]:
    chosen = {name.casefold() for name in build.config.merge_update_columns}
    left_out = {name.casefold() for name in build.config.merge_exclude_columns}
    return tuple(
        name for name in columns if name.casefold() not in left_out and (not chosen or name.casefold() in chosen)
    )


POLICIES = ("ignore", "append_new_columns", "sync_all_columns", "fail")


class Difference(Struct, frozen=True):
    """How the columns of a query and of a table differ; names are compared without case."""

    added: tuple[Column, ...]
    removed: tuple[Column, ...]
    retyped: tuple[Column, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.retyped)

    def __str__(self) -> str:
        parts = (
            ("new", [f"{column.name} {column.type}" for column in self.added]),
            ("gone", [column.name for column in self.removed]),
            ("of another type", [f"{column.name} {column.type}" for column in self.retyped]),
        )
        return "; ".join(f"{label}: {', '.join(names)}" for label, names in parts if names)


class Alignment(Struct, frozen=True):
    """The columns to write, and what must be altered before; or the problem that forbids it."""

    columns: tuple[str, ...] = ()
    alteration: AlterColumns | None = None
    problem: Diagnostic | None = None


def compare_columns(queried: Iterable[Column], held: Iterable[Column]) -> Difference:
    """How the columns of the query differ from those that the table holds."""
    ours = {column.name.casefold(): column for column in queried}
    theirs = {column.name.casefold(): column for column in held}
    return Difference(
        tuple(column for name, column in ours.items() if name not in theirs),
        tuple(column for name, column in theirs.items() if name not in ours),
        tuple(
            Column(theirs[name].name, column.type)
            for name, column in ours.items()
            if name in theirs and theirs[name].type != column.type
        ),
    )


def align(build: Build, queried: tuple[Column, ...], held: tuple[Column, ...]) -> Alignment:
    """What `on_schema_change` asks for; when it is ignored, a merge writes the columns that both have."""
    difference = compare_columns(queried, held)
    names, gone = (tuple(column.name for column in columns) for columns in (queried, difference.removed))
    match build.config.on_schema_change:
        case "fail" if difference:
            return Alignment(problem=_changed(build, difference))
        case "append_new_columns" if difference.added:
            return Alignment(names, AlterColumns(build.relation, add=difference.added))
        case "sync_all_columns" if difference:
            return Alignment(names, AlterColumns(build.relation, difference.added, gone, difference.retyped))
        case "fail" | "append_new_columns" | "sync_all_columns":
            return Alignment(names)
    if difference.removed and strategy_of(build) != "merge":
        return Alignment(problem=_missing(build, gone))
    return Alignment(tuple(column.name for column in held if column not in difference.removed))


def unknown_policy(build: Build) -> Diagnostic | None:
    """A warning for a meaningless value of `on_schema_change`; it counts as `ignore`, as in dbt."""
    if build.config.on_schema_change in POLICIES:
        return None
    message = f"`{build.config.on_schema_change}` is not a value of on_schema_change"
    hint = f"It is one of {', '.join(POLICIES)}; taken for ignore"
    return diagnostic("W270", message, build.place("on_schema_change"), hint=hint)


def _changed(build: Build, difference: Difference) -> Diagnostic:
    message = f"the columns of `{build.relation.name}` changed ({difference})"
    hint = "Set on_schema_change to append_new_columns or sync_all_columns, or run with --full-refresh"
    return diagnostic("E170", message, build.place("on_schema_change"), hint=hint)


def _missing(build: Build, gone: tuple[str, ...]) -> Diagnostic:
    names = ", ".join(gone)
    message = f"the query of `{build.relation.name}` does not return all columns of its table (gone: {names})"
    hint = "Return them, set on_schema_change to sync_all_columns, or run with --full-refresh"
    return diagnostic("E171", message, build.place("on_schema_change", "materialized"), hint=hint)
