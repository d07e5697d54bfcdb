"""What becomes of columns that have another type in the new rows than in the table."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.materialization.build import Build, TableValue
from assetc.compiler.materialization.wider_type import wider_type
from assetc.compiler.operation import AlterColumns, Column, FindChanged, FindEmpty, Operation, Report, SettleTypes


class Sides(Struct, frozen=True):
    """The columns of the new rows, and those of the table."""

    queried: tuple[Column, ...]
    held: tuple[Column, ...]

    def differing(self) -> tuple[tuple[Column, Column], ...]:
        """The columns that both have, with different types: each as the new rows and as the table have it."""
        theirs = {column.name.casefold(): column for column in self.held}
        pairs = (
            (column, theirs[column.name.casefold()]) for column in self.queried if column.name.casefold() in theirs
        )
        return tuple((new, old) for new, old in pairs if new.type != old.type)


Settling: TypeAlias = Generator[Operation, tuple[Column, ...], Sides]
"""Operations that end with the columns as they are then."""


def settle_types(build: Build, sides: Sides) -> Settling:
    """Let columns without any value take the type of the other side; then see that no value is changed."""
    if not sides.differing():
        return sides
    sides = yield from _settle_new_rows(build, sides)
    sides = yield from _settle_table(build, sides)
    if build.guards_rows and sides.differing() and build.config.on_schema_change not in _DECIDES:
        sides = yield from _keep_values(build, sides)
    return sides


_DECIDES = ("fail", "sync_all_columns")
"""The policies of `on_schema_change` that say what another type means, where a query has it."""


def _settle_new_rows(build: Build, sides: Sides) -> Settling:
    """Columns of the new rows that hold nothing get the types of the table."""
    pairs = sides.differing()
    empty = yield FindEmpty(build.temporary, tuple(new for new, _ in pairs))
    settled = tuple(Column(new.name, old.type) for new, old in pairs if new in empty)
    if settled:
        yield SettleTypes(build.temporary, settled)
    return replace(sides, queried=_with(sides.queried, settled))


def _settle_table(build: Build, sides: Sides) -> Settling:
    """Columns of the table that hold nothing get the types that are declared, else those of the new rows."""
    pairs = sides.differing()
    empty = (yield FindEmpty(build.relation, tuple(old for _, old in pairs))) if pairs else ()
    settled = tuple(Column(old.name, build.declared_type(old.name) or new.type) for new, old in pairs if old in empty)
    if settled:
        yield SettleTypes(build.relation, settled)
    new_types = tuple(new for new, old in pairs if old in empty)
    return replace(sides, held=_with(sides.held, new_types))


def _keep_values(build: Build, sides: Sides) -> Settling:
    """Make the table's numbers wider where Python values need it; what would be rounded otherwise is refused."""
    pairs = sides.differing()
    changed = yield FindChanged(build.temporary, tuple(new for new, _ in pairs), tuple(old for _, old in pairs))
    wide = {old: wider_type(new.type, old.type) for new, old in pairs if old in changed}
    is_value = isinstance(build.content, TableValue)
    olds = tuple(old for old, found in wide.items() if found and is_value)
    wider = tuple(Column(old.name, wide[old] or "") for old in olds)
    lost = (yield FindChanged(build.relation, olds, wider)) if wider else ()
    for new, old in pairs:
        if old in changed and (old not in olds or wider[olds.index(old)] in lost):
            yield Report(_would_change(build, new, old))
    if wider:
        yield AlterColumns(build.relation, retype=wider)
    return replace(sides, queried=_with(sides.queried, (Column(new.name, old.type) for new, old in pairs)))


def _with(columns: tuple[Column, ...], types: Iterable[Column]) -> tuple[Column, ...]:
    """The columns, those that are named with their new types."""
    found = {column.name.casefold(): column.type for column in types}
    return tuple(Column(column.name, found.get(column.name.casefold(), column.type)) for column in columns)


def _would_change(build: Build, new: Column, old: Column) -> Diagnostic:
    message = f"new values of `{old.name}` ({new.type}) do not fit its column in `{build.relation.name}` ({old.type})"
    hint = "Cast them in the query, set on_schema_change to sync_all_columns, or run with --full-refresh"
    if isinstance(build.content, TableValue):
        hint = "Return values of that type, or run with --full-refresh"
    return diagnostic("E195", message, build.place("on_schema_change", "materialized"), hint=hint)
