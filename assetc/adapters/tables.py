"""Tables between warehouses and Python: DuckDB, imported when needed, makes frames of streams and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from assetc.adapters.given_tables import all_in_columns, refuse_lost_digits
from assetc.adapters.held_frames import pandas_frame, polars_frame
from assetc.adapters.protocol import ArrowStream, FrameForm, Frames, WarehouseError

if TYPE_CHECKING:
    import duckdb

VALUE_NAME = "assetc_value"


class RelationRows(Struct):
    """Rows that DuckDB has as a relation. Reading them happens inside of `guard`, which translates errors.

    `owner` is the connection of its own that they have, if any: DuckDB 1 closes one that nobody holds.
    """

    relation: duckdb.DuckDBPyRelation
    guard: Callable[[], AbstractContextManager[None]] = nullcontext
    owner: duckdb.DuckDBPyConnection | None = None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        with self.guard():
            return self.relation.__arrow_c_stream__(requested_schema)

    def frame(self, form: FrameForm) -> object:
        """The rows in a form that a Python asset asks for."""
        with self.guard():
            match form:
                case "pandas":
                    return pandas_frame(self.relation)
                case "polars":
                    return polars_frame(self.relation)
                case "pyarrow":
                    return self.relation.to_arrow_table()
                case "dicts":
                    columns = self.relation.columns
                    return [dict(zip(columns, row, strict=True)) for row in self.relation.fetchall()]
                case "duckdb":
                    return self.relation


READ_ALL_OBJECTS = f"set pandas_analyze_sample = {1 << 62}"
"""The type of a column of objects is what all of them allow: a sample would round those that are not in it."""


def open_reader() -> duckdb.DuckDBPyConnection:
    """A database of its own, to read frames with."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(READ_ALL_OBJECTS)
    return connection


def frames_of(rows: ArrowStream) -> Frames:
    """The rows as something that gives frames; a plain stream is read to its end."""
    if isinstance(rows, Frames):
        return rows
    connection = open_reader()
    with registered(connection, rows):
        connection.execute(f"create table held as select * from {VALUE_NAME}")
    return RelationRows(connection.table("held"), owner=connection)


def arrow_stream(value: object) -> ArrowStream:
    """The rows of a table value as an Arrow stream. Raises WarehouseError for what is no table."""
    connection = open_reader()
    _register(connection, value)
    return RelationRows(connection.sql(f"select * from {VALUE_NAME}"), owner=connection)


@contextmanager
def registered(connection: duckdb.DuckDBPyConnection, value: object) -> Iterator[duckdb.DuckDBPyRelation]:
    """While this lasts, `assetc_value` is the table value; frames and Arrow tables are not copied. Its rows are given.

    Raises Refused for what no table can be made of.
    """
    import duckdb

    rows = _register(connection, value)
    try:
        yield rows
    finally:
        with suppress(duckdb.Error):  # in a transaction that has failed nothing can be forgotten, and nothing needs to
            connection.unregister(VALUE_NAME)


def _register(connection: duckdb.DuckDBPyConnection, value: object) -> duckdb.DuckDBPyRelation:
    import duckdb

    value = table = all_in_columns(value.relation if isinstance(value, RelationRows) else value)
    if isinstance(value, list):
        value = connection.sql("select unnest($1, max_depth := 2)", params=[value])
    try:
        connection.register(VALUE_NAME, value)
    except duckdb.InvalidInputException as error:
        if not isinstance(value, duckdb.DuckDBPyRelation):
            raise WarehouseError(f"a value of type {type(value).__name__} is not a table") from error
        # The relation is another connection's: its rows come over as Arrow.
        connection.register(VALUE_NAME, RelationRows(value))
    rows = connection.sql(f"select * from {VALUE_NAME}")
    refuse_lost_digits(table, rows)
    return rows
