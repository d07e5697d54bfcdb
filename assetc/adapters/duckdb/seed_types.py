"""The types of a CSV file's columns, by the rules that dbt takes from agate, as one query over the file."""

from __future__ import annotations

from collections.abc import Iterable

from assetc.adapters.duckdb.naming import quote
from assetc.adapters.duckdb.render import literal, read_csv

_NUMBER = r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
_DATE = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_TIMESTAMP = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2} [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}"
_ISO_TIMESTAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"


def types_query(path: str, delimiter: str, names: Iterable[str]) -> str:
    """A query of one row: the type of each column in turn. Empty fields and `null` fit every type."""
    columns = tuple(names)
    source = read_csv(path, delimiter, [(name, "VARCHAR") for name in columns])
    return f"select {', '.join(_type_of(quote(name)) for name in columns)}\nfrom {source}"


def _type_of(column: str) -> str:
    value = f"case when lower({column}) <> 'null' then trim({column}) end"
    number = f"try_cast({value} as double)"
    tests = (
        (f"count({value}) = 0", "INTEGER"),
        (
            _all(value, _NUMBER, "double") + f" and max(abs({number})) <= 2147483647 and {_whole(number)}",
            "INTEGER",
        ),
        (_all(value, _NUMBER, "double") + f" and max(abs({number})) < 9e18 and {_whole(number)}", "BIGINT"),
        (_all(value, _NUMBER, "double"), "DOUBLE"),
        (_all(value, _DATE, "date"), "DATE"),
        (_all(value, _TIMESTAMP, "timestamp"), "TIMESTAMP"),
        (_all(value, _ISO_TIMESTAMP, "timestamp"), "TIMESTAMP"),
        (f"bool_and(lower({value}) in ('true', 'false'))", "BOOLEAN"),
    )
    cases = " ".join(f"when {test} then '{name}'" for test, name in tests)
    return f"case {cases} else 'VARCHAR' end"


def _all(value: str, pattern: str, type_name: str) -> str:
    """Whether every value has the form and is one of the type."""
    fits = f"regexp_full_match({value}, {literal(pattern)}) and try_cast({value} as {type_name}) is not null"
    return f"bool_and({fits}) filter (where {value} is not null)"


def _whole(number: str) -> str:
    return f"not bool_or({number} % 1 <> 0)"
