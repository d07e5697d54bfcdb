"""How each dialect folds the names of tables and columns, and how a dotted name is split."""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import Literal

Folding = Literal["lower", "upper", "lower always", "upper always", "never"]

# "lower" and "upper" leave quoted names alone; "always" folds them too.
_TABLES: dict[str, Folding] = {
    "": "never",  # no warehouse at all
    "athena": "lower always",
    "bigquery": "never",
    "clickhouse": "never",
    "databricks": "lower always",
    "doris": "never",
    "duckdb": "lower always",
    "dune": "lower always",
    "exasol": "upper",
    "fabric": "never",
    "hive": "lower always",
    "mysql": "never",
    "oracle": "upper",
    "presto": "lower always",
    "redshift": "lower always",
    "singlestore": "never",
    "snowflake": "upper",
    "solr": "lower always",
    "spark": "lower always",
    "spark2": "lower always",
    "sqlite": "lower always",
    "starrocks": "never",
    "trino": "lower always",
    "tsql": "lower always",
}

# Where columns fold differently from tables.
_COLUMNS: dict[str, Folding] = {
    "bigquery": "lower always",
    "doris": "lower always",
    "mysql": "lower always",
    "singlestore": "lower always",
    "starrocks": "lower always",
}

_ASCII_ONLY = frozenset({"bigquery", "duckdb", "materialize", "postgres", "redshift", "risingwave", "sqlite"})
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)

_QUOTES: dict[str, str] = {
    "athena": '"`',
    "bigquery": "`",
    "clickhouse": '"`',
    "databricks": "`",
    "doris": "`",
    "drill": "`",
    "exasol": '"[',
    "fabric": '["',
    "hive": "`",
    "mysql": "`",
    "singlestore": "`",
    "solr": "`",
    "spark": "`",
    "spark2": "`",
    "sqlite": '"[`',
    "starrocks": "`",
    "tsql": '["',
}
_PLAIN = re.compile(r"[^\W\d]\w*")
_CLOSING = {'"': '"', "`": "`", "[": "]"}


@lru_cache(maxsize=65536)
def fold(dialect: str, name: str, *, quoted: bool) -> str:
    """`name` as `dialect` stores the name of a table."""
    return _fold(dialect, name, _TABLES.get(dialect, "lower"), quoted=quoted)


@lru_cache(maxsize=65536)
def fold_column(dialect: str, name: str, *, quoted: bool) -> str:
    """`name` as `dialect` stores the name of a column."""
    folding = _COLUMNS.get(dialect) or _TABLES.get(dialect, "lower")
    return _fold(dialect, name, folding, quoted=quoted)


def _fold(dialect: str, name: str, folding: Folding, *, quoted: bool) -> str:
    if folding == "never" or (quoted and not folding.endswith("always")):
        return name
    if folding.startswith("upper"):
        return name.upper()
    if dialect in _ASCII_ONLY and not name.isascii():
        return name.translate(_ASCII_LOWER)
    return name.lower()


@lru_cache(maxsize=65536)
def split_name(dialect: str, text: str) -> tuple[str, ...]:
    """The folded parts of a dotted name: postgres reads `a.B."C"` as a, b, C; empty if it is not a name."""
    return tuple(fold(dialect, part, quoted=quoted) for part, quoted in split_written(dialect, text))


@lru_cache(maxsize=65536)
def split_written(dialect: str, text: str) -> tuple[tuple[str, bool], ...]:
    """The parts of a dotted name without quotes, each with whether it had any; empty if it is not a name."""
    parts: list[tuple[str, bool]] = []
    position, stop = 0, len(text)
    while position <= stop:
        match = _part_pattern(dialect).match(text, position)
        if match is None:
            return ()
        parts.extend(_parts_of(dialect, match))
        position = match.end()
        if position == stop:
            return tuple(parts)
        if text[position] != ".":
            return ()
        position += 1
    return ()


def last_written(dialect: str, text: str) -> str:
    """The last part of a dotted name as it is written, quotes included."""
    parts = split_written(dialect, text)
    if not parts:
        return text
    name, quoted = parts[-1]
    return _quoted(dialect, name) if quoted else name


def written_name(dialect: str, name: str) -> str:
    """A folded name as it may be written: in quotes unless it means the same without."""
    plain = _PLAIN.fullmatch(name) is not None and fold(dialect, name, quoted=False) == name
    return name if plain else _quoted(dialect, name)


def _quoted(dialect: str, name: str) -> str:
    opening, closing = quote_marks(dialect)[0]
    return f"{opening}{name.replace(closing, closing * 2)}{closing}"


def quote_marks(dialect: str) -> tuple[tuple[str, str], ...]:
    """The opening and closing marks with which `dialect` quotes a name."""
    return tuple((mark, _CLOSING[mark]) for mark in _QUOTES.get(dialect, '"'))


@lru_cache(maxsize=64)
def _part_pattern(dialect: str) -> re.Pattern[str]:
    quoted = [
        rf"{re.escape(opening)}(?:[^{re.escape(closing)}]|{re.escape(closing * 2)})*{re.escape(closing)}"
        for opening, closing in quote_marks(dialect)
    ]
    dashes = "-" if dialect == "bigquery" else ""
    return re.compile(rf"\s*(?:(?P<quoted>{'|'.join(quoted)})|(?P<plain>[\w$#@{dashes}]*))\s*")


def _parts_of(dialect: str, match: re.Match[str]) -> list[tuple[str, bool]]:
    quoted = match["quoted"]
    if quoted is None:
        return [(match["plain"], False)]
    closing = _CLOSING[quoted[0]]
    inner = quoted[1:-1].replace(closing * 2, closing)
    # BigQuery reads `project.dataset.table` in one pair of backticks as three parts.
    return [(part, True) for part in (inner.split(".") if dialect == "bigquery" else [inner])]
