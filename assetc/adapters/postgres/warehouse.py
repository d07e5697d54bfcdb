"""An open PostgreSQL database: sessions come from it, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from hashlib import blake2b

from assetc.adapters.postgres.driver import Connection
from assetc.adapters.postgres.naming import quote
from assetc.adapters.postgres.session import PostgresSession
from assetc.adapters.protocol import Existing, Holder, Statement
from assetc.definitions.relation import Relation

_EXISTING = """
select current_database(), n.nspname, c.relname, c.relkind in ('v', 'm')
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f', 'v', 'm') and c.relpersistence <> 't'
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""

_RUNS = 0x61737365
"""What the lock of a schema is for: one run at a time."""

_HOLDER = """
select a.pid, coalesce(nullif(a.application_name, ''), 'unknown'), extract(epoch from a.backend_start)::float8,
    'the server'
from pg_locks as l join pg_stat_activity as a using (pid) join pg_database as d on d.oid = l.database
where l.locktype = 'advisory' and l.granted and d.datname = current_database()
and (l.classid::bigint, l.objid::bigint) = (select k1 & x'ffffffff'::bigint, k2 & x'ffffffff'::bigint
    from (values ({key})) as k (k1, k2))
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

    def claim(self) -> bool:
        """Lock the target's schema, on the connection that lasts as long as this warehouse."""
        with self._lock:
            _, rows = self._own.query(f"select pg_try_advisory_lock({self._key})")
        return bool(rows[0][0])

    def holder(self) -> Holder | None:
        """Whose connection has the lock: the server's process, its application and since when it is connected."""
        with self._lock:
            _, rows = self._own.query(_HOLDER.format(key=self._key))
        return Holder(*rows[0]) if rows else None  # type: ignore[arg-type]

    @property
    def _key(self) -> str:
        """The two numbers of the lock; it is one of this database."""
        schema = int.from_bytes(blake2b(self._schema.encode(), digest_size=4).digest(), signed=True)
        return f"{_RUNS}, {schema}"

    def close(self) -> None:
        """Close all sessions; what is not committed is rolled back."""
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()
