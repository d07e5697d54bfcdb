"""The types of PostgreSQL and DuckDB, which converts tables from and to Python, and how values pass between them.

They pass as the fields of a CSV file: `coming_in` and `going_out` are the expressions of DuckDB that write and read a
field where a plain cast would not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from psycopg.postgres import types as registry

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "BOOLEAN": "boolean",
        "TINYINT": "smallint",
        "SMALLINT": "smallint",
        "UTINYINT": "smallint",
        "INTEGER": "integer",
        "USMALLINT": "integer",
        "BIGINT": "bigint",
        "UINTEGER": "bigint",
        "UBIGINT": "numeric(20,0)",
        "HUGEINT": "numeric(39,0)",
        "UHUGEINT": "numeric(39,0)",
        "FLOAT": "real",
        "DOUBLE": "double precision",
        "VARCHAR": "text",
        "UUID": "uuid",
        "JSON": "jsonb",
        "BLOB": "bytea",
        "BIT": "bit varying",
        "DATE": "date",
        "TIME": "time without time zone",
        "TIME_NS": "time without time zone",
        "TIME WITH TIME ZONE": "time with time zone",
        "TIMESTAMP": "timestamp without time zone",
        "TIMESTAMP_S": "timestamp without time zone",
        "TIMESTAMP_MS": "timestamp without time zone",
        "TIMESTAMP_NS": "timestamp without time zone",
        "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
        "INTERVAL": "interval",
        '"NULL"': "integer",
        "NULL": "integer",
    }
)
"""PostgreSQL's name of each of DuckDB's types."""

_READ: Mapping[str, str] = MappingProxyType(
    {
        "bool": "BOOLEAN",
        "int2": "SMALLINT",
        "int4": "INTEGER",
        "int8": "BIGINT",
        "oid": "BIGINT",
        "float4": "FLOAT",
        "float8": "DOUBLE",
        "numeric": "DOUBLE",
        "uuid": "UUID",
        "json": "JSON",
        "jsonb": "JSON",
        "bytea": "BLOB",
        "date": "DATE",
        "time": "TIME",
        "timestamp": "TIMESTAMP",
        "timestamptz": "TIMESTAMP WITH TIME ZONE",
        "interval": "INTERVAL",
    }
)
"""DuckDB's name of PostgreSQL's types; any other is read as text."""

_LIST = re.compile(r"(?P<item>.+)\[\d*\]")
_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")
_MOST_DIGITS = 38


def written_type(name: str) -> str:
    """The type of PostgreSQL for a type of DuckDB: structures and lists of lists become jsonb."""
    item = _LIST.fullmatch(name)
    if item is not None:
        inner = written_type(item["item"])
        return "jsonb" if inner == "jsonb" or inner.endswith("[]") else inner + "[]"
    if name.startswith(("STRUCT(", "MAP(", "UNION(")):
        return "jsonb"
    decimal = _DECIMAL.fullmatch(name)
    return f"numeric({decimal[1]},{decimal[2]})" if decimal else _NAMES.get(name, "text")


def written_field(column: str, name: str) -> str:
    """The expression for a field that is given to COPY, from a column of this type of DuckDB."""
    kind = written_type(name)
    if kind == "jsonb":
        return f"to_json({column})::varchar"
    if kind == "bytea":
        return f"'\\x' || hex({column})"
    if kind.endswith("[]"):
        return _array(column, name)
    return f"{column}::timestamp::varchar" if name.startswith("TIMESTAMP_") else f"{column}::varchar"


def _array(column: str, name: str) -> str:
    """A list as PostgreSQL writes an array: each element in quotes, NULL without."""
    item = _LIST.fullmatch(name)
    text = written_field("item", item["item"] if item else "VARCHAR")
    escaped = f"replace(replace({text}, '\\', '\\\\'), '\"', '\\\"')"
    items = f"list_transform({column}, lambda item: coalesce('\"' || {escaped} || '\"', 'NULL'))"
    return f"case when {column} is not null then '{{' || coalesce(array_to_string({items}, ','), '') || '}}' end"


def read_type(oid: int, precision: int | None, scale: int | None) -> str:
    """The type of DuckDB for a column; a numeric without a precision is a double, as sums and averages are there."""
    found = registry.get(oid)
    if found is None:
        return "VARCHAR"
    if (
        found.name == "numeric"
        and precision is not None
        and precision <= _MOST_DIGITS
        and 0 <= (scale or 0) <= precision
    ):
        name = f"DECIMAL({precision},{scale or 0})"
    elif (found.name, precision, scale) == ("numeric", _MOST_DIGITS + 1, 0):
        name = "HUGEINT"
    else:
        name = _READ.get(found.name, "VARCHAR")
    return f"{name}[]" if oid == found.array_oid else name


def read_field(column: str, name: str) -> str:
    """The expression that reads a field of COPY's as a value of this type of DuckDB; arrays come as JSON."""
    if name.endswith("[]"):
        return f"cast(cast({column} as json) as {name})"
    if name == "BLOB":
        return f"unhex(substr({column}, 3))"
    if name == "INTERVAL":  # the server writes a sign before hours that differ in it from the days
        return f"cast(replace({column}, '+', '') as INTERVAL)"
    return f"cast({column} as {name})"
