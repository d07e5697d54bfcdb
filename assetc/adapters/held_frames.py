"""Rows that DuckDB holds as frames in which dates are dates, and numbers keep their digits."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


def pandas_frame(rows: duckdb.DuckDBPyRelation) -> Any:
    """A pandas DataFrame; dates, decimals and integers of more than 64 bits are objects of Python."""
    numbers = {name: _number_of(str(found)) for name, found in zip(rows.columns, rows.types, strict=True)}
    texts = {name: number for name, number in numbers.items() if number is not None}
    if texts:
        rows = rows.project(_select(rows, dict.fromkeys(texts, "cast({} as varchar)")))
    frame = rows.df(date_as_object=True)
    for name, number in texts.items():
        frame[name] = _objects(frame[name], number)
    return frame


def polars_frame(rows: duckdb.DuckDBPyRelation) -> Any:
    """A polars DataFrame; DuckDB's intervals, which count months apart, are durations."""
    intervals = [name for name, found in zip(rows.columns, rows.types, strict=True) if str(found) == "INTERVAL"]
    if not intervals:
        return rows.pl()
    import polars as pl

    frame = rows.project(_select(rows, dict.fromkeys(intervals, "epoch_us({})"))).pl()
    return frame.with_columns(pl.col(intervals).cast(pl.Duration("us")))


def _number_of(found: str) -> type[int] | type[Decimal] | None:
    """The type of Python for numbers of which pandas would make floats."""
    if found.startswith("DECIMAL("):
        return Decimal
    return int if found in ("HUGEINT", "UHUGEINT") else None


def _objects(texts: Any, number: type[int] | type[Decimal]) -> Any:
    """The numbers as objects; whole columns are converted, so that nothing is guessed from their values."""
    values = [None if text is None or text != text else number(text) for text in texts]  # noqa: PLR0124  NaN
    return type(texts)(values, index=texts.index, dtype=object)


def _select(rows: duckdb.DuckDBPyRelation, expressions: dict[str, str]) -> str:
    return ", ".join(
        f"{expressions.get(name, '{}').format(quoted)} as {quoted}"
        for name, quoted in ((name, '"' + name.replace('"', '""') + '"') for name in rows.columns)
    )
