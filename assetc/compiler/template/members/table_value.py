"""The result of a query as templates see it: the part of dbt's table that templates use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from assetc.compiler.template.asking import Answer


class _Cells(Struct, frozen=True):
    """What is read by position."""

    cells: tuple[Any, ...]

    def __getitem__(self, key: Any) -> Any:
        return self.cells[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)


class Row(_Cells, frozen=True):
    """A row: by position, by name, or as a sequence of values."""

    names: tuple[str, ...]

    def __getitem__(self, key: int | str | slice) -> object:
        return self.cells[self.names.index(key)] if isinstance(key, str) else self.cells[key]

    def keys(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.names

    def values(self) -> tuple[object, ...]:
        """The values."""
        return self.cells

    def items(self) -> tuple[tuple[str, object], ...]:
        """Names with values."""
        return tuple(zip(self.names, self.cells, strict=True))

    def dict(self) -> dict[str, object]:
        """Names to values."""
        return dict(self.items())

    def get(self, name: str, default: object = None) -> object:
        """The value of a column."""
        return self.dict().get(name, default)


class ColumnOfTable(_Cells, frozen=True):
    """A column with its values."""

    name: str

    def values(self) -> tuple[object, ...]:
        """The values, from the first row to the last."""
        return self.cells


class Columns(_Cells, frozen=True):
    """The columns of a table: by position or by name."""

    def __getitem__(self, key: int | str) -> ColumnOfTable:
        named = dict(zip(self.keys(), self.cells, strict=True))
        found: ColumnOfTable = self.cells[key] if isinstance(key, int) else named[key]
        return found

    def keys(self) -> tuple[str, ...]:
        """The names."""
        return tuple(column.name for column in self.cells)


class Table(Struct, frozen=True):
    """A result: `rows`, `columns`, `column_names`."""

    rows: tuple[Row, ...]
    columns: Columns

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.columns.keys()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def table_of(answer: Answer) -> Table:
    """The table of an answer."""
    rows = tuple(Row(row, answer.columns) for row in answer.rows)
    columns = tuple(
        ColumnOfTable(tuple(row[index] for row in answer.rows), name) for index, name in enumerate(answer.columns)
    )
    return Table(rows, Columns(columns))
