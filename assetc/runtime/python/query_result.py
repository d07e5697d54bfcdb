"""What executing a query in a body gives back: rows, in whichever form they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from assetc.adapters.protocol import Form


class BodySession(Protocol):
    """What a body needs of a session: SQL that may read local frames."""

    def execute_with_frames(self, sql: str, frames: Mapping[str, object]) -> int | None:
        """Execute SQL which may read local frames by name; a relation of that name wins."""

    def read(self, sql: str, form: Form, frames: Mapping[str, object] = ...) -> object:
        """The result of a query in a form; `duckdb` is a relation that is not read yet."""

    def query(self, sql: str) -> tuple[Sequence[str], list[tuple[object, ...]]]:
        """The column names and all rows of a query."""


class QueryResult(Struct):
    """The rows of one query. `relation` is DuckDB's view of it, where the warehouse is DuckDB."""

    session: BodySession
    sql: str
    frames: Mapping[str, object]
    relation: Any = None
    _names: Sequence[str] = ()
    _rows: Iterator[tuple[object, ...]] | None = None

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        self._cursor()
        return list(self._names)

    @property
    def description(self) -> list[tuple[object, ...]]:
        """The columns as DB-API describes them."""
        return [(name, None, None, None, None, None, None) for name in self.columns]

    def fetchall(self) -> list[tuple[object, ...]]:
        """All rows that were not fetched yet."""
        return list(self._cursor())

    def fetchone(self) -> tuple[object, ...] | None:
        """The next row, None after the last."""
        return next(self._cursor(), None)

    def fetchmany(self, size: int = 1) -> list[tuple[object, ...]]:
        """The next rows."""
        cursor = self._cursor()
        return [row for _, row in zip(range(size), cursor, strict=False)]

    def df(self) -> Any:
        """All rows as a pandas DataFrame."""
        return self.session.read(self.sql, "pandas", self.frames)

    def pl(self) -> Any:
        """All rows as a polars DataFrame."""
        return self.session.read(self.sql, "polars", self.frames)

    def arrow(self) -> Any:
        """All rows as a pyarrow Table."""
        return self.session.read(self.sql, "pyarrow", self.frames)

    fetchdf = fetch_df = to_df = df
    to_arrow_table = fetch_arrow_table = arrow

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        return self._cursor()

    def _cursor(self) -> Iterator[tuple[object, ...]]:
        if self._rows is None:
            if self.relation is None:
                self._names, rows = self.session.query(self.sql)
            else:
                self._names, rows = list(self.relation.columns), self.relation.fetchall()
            self._rows = iter(rows)
        return self._rows


class WriteResult(Struct, frozen=True):
    """What a statement that returns no rows did."""

    rowcount: int

    @property
    def description(self) -> None:
        """There are no columns."""

    def fetchall(self) -> list[tuple[object, ...]]:
        """The number of rows written, as the one row that DuckDB gives."""
        return [] if self.rowcount < 0 else [(self.rowcount,)]

    def fetchone(self) -> tuple[object, ...] | None:
        """The number of rows written."""
        return next(iter(self.fetchall()), None)
