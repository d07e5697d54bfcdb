"""The types of a CSV file's columns, by the rules that dbt takes from agate, as one query over the file."""

from __future__ import annotations

from collections.abc import Iterable

from assetc.adapters.duckdb.render import literal, quote, read_csv

_NUMBER = r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
_DATE = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_TIMESTAMP = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


def types_query(path: str, delimiter: str, names: Iterable[str]) -> str:
    """A query of one row: the type of each column in turn. Empty fields and `null` fit every type."""
    columns = tuple(names)
    source = read_csv(path, delimiter, ((name, "VARCHAR") for name in columns))
    return f"select {', '.join(_type_of(quote(name)) for name in columns)}\nfrom {source}"


def _type_of(column: str) -> str:
    value = f"nullif(nullif(lower(trim({column})), ''), 'null')"
    tests = (
        (f"not bool_and(coalesce(regexp_full_match({value}, {literal(_NUMBER)}), true))", None),
        (f"bool_or(try_cast({value} as double) % 1 <> 0)", "DOUBLE"),
        (f"max(abs(try_cast({value} as double))) > 9223372036854775807", "DOUBLE"),
        (f"max(abs(try_cast({value} as double))) > 2147483647", "BIGINT"),
    )
    not_number, *numbers = tests
    number = " ".join(f"when {test} then '{name}'" for test, name in numbers)
    others = (
        (_matches(value, _DATE, "DATE"), "DATE"),
        (_matches(value, _TIMESTAMP, "TIMESTAMP"), "TIMESTAMP"),
        (f"bool_and(coalesce({value} in ('true', 'false'), true))", "BOOLEAN"),
    )
    other = " ".join(f"when {test} then '{name}'" for test, name in others)
    return f"case when {not_number[0]} then case {other} else 'VARCHAR' end {number} else 'INTEGER' end"


def _matches(value: str, pattern: str, type_name: str) -> str:
    fits = f"regexp_full_match({value}, {literal(pattern)}) and try_cast({value} as {type_name}) is not null"
    return f"bool_and({value} is null or ({fits}))"
