"""An open PostgreSQL database: sessions come from it, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from assetc.adapters.postgres.driver import Connection
from assetc.adapters.postgres.naming import quote
from assetc.adapters.postgres.session import PostgresSession
from assetc.adapters.protocol import Existing, Statement
from assetc.definitions.relation import Relation

_EXISTING = """
select current_database(), n.nspname, c.relname, c.relkind in ('v', 'm')
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f', 'v', 'm') and c.relpersistence <> 't'
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""


class PostgresWarehouse:
    """An open target; closing it closes its sessions."""

    def __init__(self, connect: Callable[[], Connection], database: str, schema: str) -> None:
        self._connect = connect
        self._database = database
        self._schema = schema
        self._lock = threading.Lock()
        self._own = PostgresSession(connect)
        self._sessions = [self._own]

    def session(self) -> PostgresSession:
        """A session for the calling thread."""
        session = PostgresSession(self._connect)
        with self._lock:
            self._sessions.append(session)
        return session

    def existing(self) -> tuple[Existing, ...]:
        """All relations of the database, by one query."""
        with self._lock:
            _, rows = self._own.query(_EXISTING)
        return tuple(
            Existing(Relation(str(database), str(schema), str(name)), "view" if is_view else "table")
            for database, schema, name, is_view in rows
        )

    def create_schemas(self, relations: Iterable[Relation]) -> None:
        """Create the schemas of these relations; one that exists needs no right to create it."""
        wanted = {relation.schema or self._schema for relation in relations}
        with self._lock:
            _, rows = self._own.query("select nspname from pg_namespace")
            for schema in sorted(wanted.difference(str(name) for (name,) in rows)):
                self._own.execute(Statement(f"create schema if not exists {quote(schema)}"))

    def close(self) -> None:
        """Close all sessions; what is not committed is rolled back."""
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()
