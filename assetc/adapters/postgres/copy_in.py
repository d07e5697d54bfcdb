"""Tables from Python and CSV files into PostgreSQL: DuckDB reads them, COPY writes them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg

from assetc.adapters.duckdb.faults import translate
from assetc.adapters.postgres.driver import Connection
from assetc.adapters.postgres.naming import quote, stored_name
from assetc.adapters.postgres.render import CopySeed, create_table
from assetc.adapters.postgres.seeds import line_of_row, typed_rows
from assetc.adapters.postgres.types import written_field, written_type
from assetc.adapters.protocol import WarehouseError
from assetc.adapters.tables import open_reader, registered
from assetc.definitions.relation import Relation

_CHUNK = 1 << 18
_LINE = re.compile(r"COPY .*, line (\d+)")


def copy_value(connection: Connection, relation: Relation, table: object, *, temporary: bool) -> int:
    """Create a relation with the rows of a table value; the number of rows."""
    with _translated(), open_reader() as reader, registered(reader, table) as rows:
        columns = [(name, written_type(str(found))) for name, found in zip(rows.columns, rows.types, strict=True)]
        connection.execute(create_table(relation, columns, temporary=temporary).encode())
        return _copy(connection, relation, rows)


@contextmanager
def _translated() -> Iterator[None]:
    """What DuckDB says of a table in here is told like an error of the warehouse."""
    try:
        yield
    except duckdb.Error as error:
        raise translate(error) from error


def copy_seed(connection: Connection, statement: CopySeed) -> int:
    """Create a relation with the rows of a CSV file; the number of rows. The error of a row says its line."""
    seed = statement.seed
    connection.execute(statement.sql.encode())
    with duckdb.connect() as reader, typed_rows(reader, seed) as rows:
        try:
            return _copy(connection, seed.relation, rows)
        except psycopg.DataError as error:
            number = _LINE.match(error.diag.context or "")
            if number is None:
                raise
            line = line_of_row(seed, int(number[1]))
            raise WarehouseError(str(error.diag.message_primary), line=line) from error


def _copy(connection: Connection, relation: Relation, rows: duckdb.DuckDBPyRelation) -> int:
    names = ", ".join(map(quote, rows.columns))
    copy = f"copy {stored_name(relation)} ({names}) from stdin with (format csv)"
    with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor:
        path = Path(folder, "rows.csv")
        _write(rows, path)
        with path.open("rb") as file, cursor.copy(copy.encode()) as stream:
            while chunk := file.read(_CHUNK):
                stream.write(chunk)
        return cursor.rowcount


def _write(rows: duckdb.DuckDBPyRelation, path: Path) -> None:
    """All values in quotes, so that what is not in quotes is null."""
    fields = (
        f"{written_field(quote(name), str(found))} as {quote(name)}"
        for name, found in zip(rows.columns, rows.types, strict=True)
    )
    rows.project(", ".join(fields)).write_csv(str(path), header=False, quotechar='"', na_rep="", quoting="ALL")
