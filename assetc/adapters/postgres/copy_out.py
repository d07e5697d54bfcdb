"""The rows of a query: COPY writes them and DuckDB reads them, so that a body sees what it sees of DuckDB."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import duckdb
import psycopg
from msgspec import Struct
from psycopg.pq import ExecStatus

from assetc.adapters.duckdb.render import literal
from assetc.adapters.postgres.driver import Connection
from assetc.adapters.postgres.naming import quote
from assetc.adapters.postgres.types import read_field, read_type
from assetc.adapters.protocol import WarehouseError
from assetc.adapters.tables import RelationRows, arrow_stream
from assetc.compiler.sql.split import split_statements

_NOT_COPIED = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:show|explain|execute|fetch|call)\b", re.IGNORECASE | re.DOTALL
)
_CHANGES = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:insert|update|delete)\b", re.IGNORECASE | re.DOTALL)


class _Field(Struct, frozen=True):
    """A column of the result, with the type of DuckDB that its values become."""

    name: str
    type: str


def read_rows(connection: Connection, sql: str) -> RelationRows:
    """All rows of a query, in a database of their own. Raises WarehouseError for a statement without rows."""
    statements = split_statements(sql, "postgres")
    if len(statements) != 1:
        raise WarehouseError("rows are read of one statement", hint="Execute the others first: context.execute(...)")
    sql = statements[0].sql
    if _NOT_COPIED.match(sql):
        return _fetched(connection, sql)
    fields = _describe(connection, sql)
    if not fields:
        raise WarehouseError("the statement returns no rows")
    reader = duckdb.connect()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.csv")
        with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(_copy(sql, fields).encode()) as rows:
            for chunk in rows:
                file.write(chunk)
        reader.execute(f"create table held as {_select(path, fields)}")
    return RelationRows(reader.table("held"), owner=reader)


def _describe(connection: Connection, sql: str) -> list[_Field]:
    """The columns of a query, which the server parses and does not execute."""
    server = connection.pgconn
    prepared = server.prepare(b"", sql.encode())
    if prepared.status != ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(prepared)
    found = server.describe_prepared(b"")
    return [
        _Field((found.fname(place) or b"").decode(), read_type(found.ftype(place), *_digits(found.fmod(place))))
        for place in range(found.nfields)
    ]


def _digits(modifier: int) -> tuple[int | None, int | None]:
    """Precision and scale of a numeric, as the server packs them."""
    packed = modifier - 4
    return (packed >> 16 & 0xFFFF, ((packed & 0x7FF) ^ 0x400) - 0x400) if packed >= 0 else (None, None)


def _copy(sql: str, fields: list[_Field]) -> str:
    """Arrays are sent as JSON, which both sides read alike; a statement that changes rows cannot stand in a select."""
    if _CHANGES.match(sql) or not any(field.type.endswith("[]") for field in fields):
        rows = sql
    else:
        names = [f"c{number}" for number in range(len(fields))]
        sent = (
            f"to_json({name})" if field.type.endswith("[]") else name for name, field in zip(names, fields, strict=True)
        )
        rows = f"select {', '.join(sent)} from (\n{sql}\n) as q ({', '.join(names)})"
    return f"copy (\n{rows}\n) to stdout with (format csv, force_quote *)"


def _select(path: Path, fields: list[_Field]) -> str:
    """The query of DuckDB that reads what COPY wrote."""
    names = _distinct(fields)
    texts = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(fields)))
    read = ", ".join(
        f"{read_field(f'c{number}', field.type)} as {quote(name)}"
        for number, (name, field) in enumerate(zip(names, fields, strict=True))
    )
    options = "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = ''"
    return (
        f"select {read} from read_csv({literal(str(path))}, {options}, allow_quoted_nulls = false,"
        f" max_line_size = {1 << 28}, columns = {{{texts}}})"
    )


def _distinct(fields: list[_Field]) -> list[str]:
    """The names of the columns, each once: a table of DuckDB has no two of one name."""
    names: list[str] = []
    for field in fields:
        name, number = field.name, 1
        while name.lower() in map(str.lower, names):
            name, number = f"{field.name}_{number}", number + 1
        names.append(name)
    return names


def _fetched(connection: Connection, sql: str) -> RelationRows:
    cursor = connection.execute(sql.encode())
    names = [column.name for column in cursor.description or ()]
    rows = [dict(zip(names, map(str, row), strict=True)) for row in cursor.fetchall()]
    stream = arrow_stream(rows or [dict.fromkeys(names)])
    assert isinstance(stream, RelationRows)  # noqa: S101  a list of dicts is always one
    return stream if rows else RelationRows(stream.relation.limit(0), owner=stream.owner)
