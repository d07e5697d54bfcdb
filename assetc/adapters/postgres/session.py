"""A session of PostgreSQL: one connection for one thread, opened again when it was lost between two transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from assetc.adapters.postgres.attachments import Attachments
from assetc.adapters.postgres.copy_in import copy_seed, copy_value
from assetc.adapters.postgres.copy_out import read_rows
from assetc.adapters.postgres.driver import Connection
from assetc.adapters.postgres.faults import translate
from assetc.adapters.postgres.naming import stored_name
from assetc.adapters.postgres.publication import finish, publish
from assetc.adapters.postgres.render import Change, CopySeed
from assetc.adapters.protocol import Canceled, Statement
from assetc.adapters.tables import RelationRows
from assetc.compiler.operation import Column
from assetc.definitions.relation import Relation

_COLUMNS = """
select attname, format_type(atttypid, atttypmod) from pg_attribute
where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum
"""


class PostgresSession:
    """One connection, used by one thread; only `cancel` is called from another."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._warnings: list[str] = []
        self._read: list[RelationRows] = []
        self._later: list[Attachments] = []
        self._connection = self._opened()
        self._canceled = threading.Event()
        self._in_transaction = False

    @property
    def native(self) -> Connection:
        """The driver's own connection, for what a Python body asks of it beyond SQL."""
        return self._connection

    def execute(self, statement: Statement) -> int | None:
        """Execute a text of one statement or several; the number of rows that the last one wrote."""
        with self._translated():
            match statement:
                case Change():
                    lost = publish(self._connection, statement, self._later)
                    self._warnings += [f"{name} no longer fits what it reads, and was dropped" for name in lost]
                    if not self._in_transaction:
                        self._finish()
                    return None
                case CopySeed():
                    return copy_seed(self._connection, statement)
            return self._rows_of(self._connection.execute(statement.sql.encode()))

    def query(self, sql: str) -> tuple[Sequence[str], list[tuple[object, ...]]]:
        """The column names and all rows of a query; of several statements those of the last."""
        with self._translated():
            cursor = self._connection.execute(sql.encode())
            while cursor.nextset():
                pass
            names = [column.name for column in cursor.description or ()]
            return names, cursor.fetchall() if names else []

    def warnings(self) -> tuple[str, ...]:
        """What the server has warned of since this was asked last, and which views were lost."""
        told = tuple(self._warnings)
        self._warnings.clear()
        return told

    def columns(self, relation: Relation) -> tuple[Column, ...]:
        """The columns of a relation; empty when it does not exist."""
        with self._translated():
            rows = self._connection.execute(_COLUMNS, [stored_name(relation)]).fetchall()
        return tuple(Column(name, type_name) for name, type_name in rows)

    def read(self, query: Statement) -> RelationRows:
        """The rows of a query, held until the session begins anew: a body may have nothing but their relation."""
        with self._translated():
            self._read.append(read_rows(self._connection, query.sql))
        return self._read[-1]

    def write(self, relation: Relation, table: object, *, temporary: bool = False) -> int | None:
        """Create a relation from a table value; its rows are written by COPY."""
        with self._translated():
            return copy_value(self._connection, relation, table, temporary=temporary)

    def begin(self) -> None:
        """Begin a transaction."""
        with self._translated():
            self._connection.execute("begin")
        self._in_transaction = True

    def commit(self) -> None:
        """Commit the open transaction, when the tables that it replaced have their indexes again."""
        with self._translated():
            self._finish()
        self._in_transaction = False
        with self._translated():
            self._connection.execute("commit")

    def rollback(self) -> None:
        """Roll the open transaction back; nothing happens when none is open."""
        self._in_transaction = False
        self._later.clear()
        if self._connection.closed or self._connection.info.transaction_status == TransactionStatus.IDLE:
            return
        with suppress(psycopg.Error):  # a connection that breaks now takes its transaction with it
            self._connection.execute("rollback")

    def renew(self) -> None:
        """Begin anew on another connection, which has its own temporary relations and settings."""
        self._connection.close()
        self._read.clear()
        self._later.clear()
        self._in_transaction = False
        if not self._canceled.is_set():
            self._connection = self._opened()

    def cancel(self) -> None:
        """Cancel the running statement and refuse any further one; called from another thread."""
        self._canceled.set()
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=5)

    def close(self) -> None:
        """Give the connection back; what is not committed is rolled back."""
        self._connection.close()

    def _finish(self) -> None:
        lost = finish(self._connection, self._later)
        self._warnings += [f"the {name} no longer fits its table, and was dropped" for name in lost]
        self._later.clear()

    def _opened(self) -> Connection:
        connection = self._connect()
        connection.add_notice_handler(lambda notice: self._warnings.append(str(notice.message_primary)))
        return connection

    def _rows_of(self, cursor: psycopg.Cursor[Any]) -> int | None:
        while cursor.nextset():
            pass
        return None if cursor.rowcount < 0 else cursor.rowcount

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """What goes on in here raises WarehouseError or Canceled; a connection that was lost before is opened again."""
        if self._canceled.is_set():
            raise Canceled("canceled")
        if self._connection.closed and not self._in_transaction:
            self._connection = self._opened()
        try:
            yield
        except psycopg.Error as error:
            if self._canceled.is_set():
                raise Canceled(str(error)) from error
            raise translate(error, lost=self._connection.closed) from error
