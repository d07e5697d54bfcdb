"""Tables between Python and DuckDB: how a value is registered, and the forms in which a result is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from assetc.adapters.duckdb.render import VALUE_NAME
from assetc.adapters.protocol import Form, WarehouseError


@contextmanager
def registered(cursor: duckdb.DuckDBPyConnection, value: object) -> Iterator[None]:
    """While this lasts, `assetc_value` is the table value; frames and Arrow tables are not copied."""
    _register(cursor, value)
    try:
        yield
    finally:
        cursor.unregister(VALUE_NAME)


def converted(relation: duckdb.DuckDBPyRelation, form: Form) -> object:
    """The rows of a relation in a form that a Python asset asks for."""
    match form:
        case "pandas":
            return relation.df()
        case "polars":
            return relation.pl()
        case "pyarrow":
            return relation.to_arrow_table()
        case "dicts":
            return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
        case "duckdb":
            return relation


def _register(cursor: duckdb.DuckDBPyConnection, value: object) -> None:
    if isinstance(value, list):
        value = cursor.sql("select unnest($1, max_depth := 2)", params=[value])
    try:
        cursor.register(VALUE_NAME, value)
    except duckdb.InvalidInputException as error:
        if not isinstance(value, duckdb.DuckDBPyRelation):
            raise WarehouseError(f"a value of type {type(value).__name__} is not a table") from error
        # The relation is another connection's: its rows come over as Arrow.
        cursor.register(VALUE_NAME, value.to_arrow_table())
