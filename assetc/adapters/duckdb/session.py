"""A session and a warehouse of DuckDB: one cursor for each thread, and results that are always drained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import CodeType
from typing import Any

import duckdb

from assetc.adapters.duckdb.faults import translate
from assetc.adapters.duckdb.naming import name_of, quote
from assetc.adapters.given_tables import steady_columns
from assetc.adapters.protocol import Canceled, Existing, Holder, Statement, WarehouseError
from assetc.adapters.tables import READ_ALL_OBJECTS, VALUE_NAME, RelationRows, registered
from assetc.compiler.config import NOTHING
from assetc.compiler.operation import Column
from assetc.definitions.relation import Relation

_EXISTING = """
select database_name, schema_name, table_name, 'table' from duckdb_tables()
where not internal and not temporary
union all
select database_name, schema_name, view_name, 'view' from duckdb_views()
where not internal and not temporary
"""

_EXECUTE = compile("__cursor__.execute(__sql__)", "<assetc>", "eval")
_RELATION = compile("__cursor__.sql(__sql__)", "<assetc>", "eval")


def _with_frames(call: CodeType, cursor: duckdb.DuckDBPyConnection, sql: str, frames: Mapping[str, object]) -> Any:
    """What a call gives whose SQL may read these frames by name, and no others.

    DuckDB looks for an unknown name among the variables of the frame that calls it: this one has none of ours.
    """
    return eval(call, {"__cursor__": cursor, "__sql__": sql, **frames})  # noqa: S307  a constant above


class DuckDbSession:
    """One cursor, used by one thread; only `cancel` is called from another."""

    def __init__(self, open_cursor: Callable[[], duckdb.DuckDBPyConnection], schema: Relation | None = None) -> None:
        self._open_cursor = open_cursor
        self._cursor = open_cursor()
        self._schema = schema
        self._canceled = threading.Event()
        self._in_transaction = False
        self._settle()

    def _settle(self) -> None:
        """What every cursor begins with."""
        self._cursor.execute("set errors_as_json = true")
        self._cursor.execute(READ_ALL_OBJECTS)
        if self._schema is not None:
            self._cursor.execute(f"use {name_of(self._schema)}")

    def renew(self) -> None:
        """Start over on a new cursor, which has its own temporary relations and settings."""
        self._cursor.close()
        self._cursor = self._open_cursor()
        self._in_transaction = False
        self._settle()

    @property
    def native(self) -> duckdb.DuckDBPyConnection:
        """The driver's own cursor, for what a Python body asks of it beyond SQL."""
        return self._cursor

    def execute(self, statement: Statement) -> int | None:
        """Execute a statement; the number of rows written. A relation wins over a frame of its name."""
        with self._translated(statement.sql):
            return self._run(statement.sql, statement.frames)

    def query(self, sql: str) -> tuple[Sequence[str], list[tuple[object, ...]]]:
        """The column names and all rows of a query."""
        with self._translated(sql):
            _with_frames(_EXECUTE, self._cursor, sql, NOTHING)
            return [column[0] for column in self._cursor.description or ()], self._cursor.fetchall()

    def warnings(self) -> tuple[str, ...]:
        """Nothing: DuckDB does a thing or refuses it."""
        return ()

    def columns(self, relation: Relation) -> tuple[Column, ...]:
        """The columns of a relation; empty when it does not exist, which ends a transaction."""
        try:
            _, rows = self.query(f"describe {name_of(relation)}")
        except WarehouseError as error:
            if isinstance(error.__cause__, duckdb.CatalogException):
                return ()
            raise
        return tuple(Column(str(row[0]), str(row[1])) for row in rows)

    def begin(self) -> None:
        """Begin a transaction."""
        self._send("begin transaction")
        self._in_transaction = True

    def commit(self) -> None:
        """Commit the open transaction."""
        self._send("commit")
        self._in_transaction = False

    def rollback(self) -> None:
        """Roll the open transaction back; nothing happens when none is open."""
        if not self._in_transaction:
            return
        self._in_transaction = False
        try:
            self._cursor.execute("rollback")
        except duckdb.Error:
            return  # a failed commit and a broken database have no transaction any more

    def read(self, query: Statement) -> RelationRows:
        """The rows of a query, as a relation that is not read yet."""
        with self._translated(query.sql):
            relation = _with_frames(_RELATION, self._cursor, query.sql, query.frames)
        if relation is None:
            raise WarehouseError("the statement returns no rows")
        return RelationRows(relation, lambda: self._translated(query.sql))

    def write(self, relation: Relation, table: object, *, temporary: bool = False) -> int | None:
        """Create a relation from a table value; frames are read where they are."""
        kind = "temporary table" if temporary else "table"
        with self._translated(), registered(self._cursor, table) as rows:
            columns = "*" if isinstance(table, duckdb.DuckDBPyRelation) else steady_columns(rows)
            return self._run(f"create {kind} {name_of(relation)} as\nselect {columns} from {VALUE_NAME}", NOTHING)

    def cancel(self) -> None:
        """Cancel the running statement and refuse any further one; called from another thread."""
        self._canceled.set()
        self._cursor.interrupt()

    def close(self) -> None:
        """Give the cursor back; what is not committed is rolled back."""
        self._cursor.close()

    def _send(self, sql: str) -> None:
        """A statement that has no result and names nothing."""
        with self._translated(sql):
            self._cursor.execute(sql)

    def _run(self, sql: str, frames: Mapping[str, object]) -> int | None:
        _with_frames(_EXECUTE, self._cursor, sql, frames)
        described = self._cursor.description or ()
        counts = len(described) == 1 and described[0][0] == "Count"
        first = self._cursor.fetchone()
        while self._cursor.fetchmany(10_000):
            pass  # a result that is not read to its end keeps the cursor busy
        return int(first[0]) if counts and first is not None else None

    @contextmanager
    def _translated(self, sql: str = "") -> Iterator[None]:
        if self._canceled.is_set():
            raise Canceled("canceled")
        try:
            yield
        except duckdb.Error as error:
            raise translate(error, sql) from error


class DuckDbWarehouse:
    """An open database; sessions come from it, and closing it closes them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, database: str, schema: str) -> None:
        self._connection = connection
        self._database = database
        self._schema = schema
        self._lock = threading.RLock()
        self._sessions: list[DuckDbSession] = []

    def session(self) -> DuckDbSession:
        """A session for the calling thread, in the target's schema if that exists."""
        with self._lock:
            place = Relation(None, self._database, self._schema)
            session = DuckDbSession(self._cursor, place if self._has_schema() else None)
            self._sessions.append(session)
        return session

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own; the connection refuses two threads that ask at once."""
        with self._lock:
            return self._connection.cursor()

    def existing(self) -> tuple[Existing, ...]:
        """All relations of all attached databases, by one query."""
        with self._lock:
            session = DuckDbSession(self._cursor)
            _, rows = session.query(_EXISTING)
            session.close()
        return tuple(
            Existing(Relation(str(database), str(schema), str(name)), "view" if kind == "view" else "table")
            for database, schema, name, kind in rows
        )

    def create_schemas(self, relations: Iterable[Relation]) -> None:
        """Create the schemas of these relations; concurrent creation of one schema would be a conflict."""
        places = {(relation.database or self._database, relation.schema or self._schema) for relation in relations}
        with self._lock:
            session = DuckDbSession(self._cursor)
            for database, schema in sorted(places):
                session.execute(Statement(f"create schema if not exists {quote(database)}.{quote(schema)}"))
            session.close()

    def claim(self) -> bool:
        """DuckDB lets no second process open its file."""
        return True

    def holder(self) -> Holder | None:
        """Nobody else."""
        return None

    def close(self) -> None:
        """Close all sessions and the database, which writes it out."""
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()
            self._connection.close()

    def _has_schema(self) -> bool:
        """Whether the target's schema exists already."""
        session = DuckDbSession(self._cursor)
        _, rows = session.query("select schema_name, database_name from duckdb_schemas()")
        session.close()
        return (self._schema, self._database) in rows
