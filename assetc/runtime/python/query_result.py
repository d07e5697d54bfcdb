"""What executing a query in a body gives back: rows, in whichever form they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from assetc.adapters.protocol import ArrowStream, FrameForm
from assetc.adapters.tables import arrow_stream, frames_of


class QueryResult(Struct):
    """The rows of one query, as the session (`is_relation`: DuckDB) gave them, or `fetched` by the driver itself."""

    sql: str
    rows: ArrowStream | None = None
    is_relation: bool = False
    fetched: Iterator[tuple[object, ...]] | None = None
    names: Sequence[str] = ()

    @property
    def relation(self) -> Any:
        """The query as a relation of DuckDB, where that is the warehouse; else None."""
        return self._frame("duckdb") if self.is_relation else None

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        self._cursor()
        return list(self.names)

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
        return self._frame("pandas")

    def pl(self) -> Any:
        """All rows as a polars DataFrame."""
        return self._frame("polars")

    def arrow(self) -> Any:
        """All rows as a pyarrow Table."""
        return self._frame("pyarrow")

    fetchdf = fetch_df = to_df = df
    to_arrow_table = fetch_arrow_table = arrow

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        return self._cursor()

    def _frame(self, form: FrameForm) -> Any:
        if self.rows is None:
            self.rows = arrow_stream([dict(zip(self.names, row, strict=True)) for row in self._cursor()])
        self.rows = frames_of(self.rows)
        return self.rows.frame(form)

    def _cursor(self) -> Iterator[tuple[object, ...]]:
        if self.fetched is None:
            relation = self._frame("duckdb")
            self.names, self.fetched = list(relation.columns), iter(relation.fetchall())
        return self.fetched


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
