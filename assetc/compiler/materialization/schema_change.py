"""What becomes of an incremental table when its query returns other columns than the table has."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.materialization.build import Build
from assetc.compiler.materialization.strategy import strategy_of
from assetc.compiler.operation import AlterColumns, Column

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
