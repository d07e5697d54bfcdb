"""What is remembered between two compilations: `.assetc/cache.sqlite`, which may be deleted at any time.

Of several writers the last one counts: every row can be checked against the files that it is about.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from threading import RLock
from typing import TypeAlias

from assetc.compiler.place import TextId
from assetc.version import __version__

Row: TypeAlias = tuple[str, str, str]
"""What a row is found by: its kind, and the path and part of a text."""

BATCH = 2000
"""Rows that are held in memory before they are written."""

FORMAT = f"{__version__}/15/{sys.implementation.cache_tag}"
META = "create table if not exists meta (name text primary key, value text not null) without rowid"
SCHEMA = (
    "drop table if exists content",
    "drop table if exists facts",
    """create table content (
        path text primary key, mtime integer not null, size integer not null, inode integer not null, hash text not null
    ) without rowid""",
    """create table facts (
        kind text not null, path text not null, part text not null, value blob not null, primary key (kind, path, part)
    ) without rowid""",
    f"insert or replace into meta values ('format', '{FORMAT}')",
)


class Cache:
    """Rows of bytes by kind and text, and the content hash of each file by its stamp. Rows are read from any thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = RLock()
        self._pending: dict[Row, bytes] = {}
        self._pending_content: dict[str, tuple[str, int, int, int, str]] = {}
        self._secrets: tuple[bytes, ...] = ()
        self._withheld: dict[Row, bytes] = {}
        self._gone: set[Row] = set()

    @staticmethod
    def open(path: Path | None) -> Cache:
        """The cache in that file; in memory when there is none, or when it cannot be used."""
        if path is not None:
            for _ in range(2):
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    return Cache(_connect(path))
                except (sqlite3.DatabaseError, OSError):
                    with contextlib.suppress(OSError):
                        path.unlink(missing_ok=True)
        return Cache(_connect(None))

    def contents(self) -> dict[str, tuple[int, int, int, str]]:
        """Stamp and content hash of each file."""
        rows = self._connection.execute("select path, mtime, size, inode, hash from content")
        return {path: (mtime, size, inode, content) for path, mtime, size, inode, content in rows}

    def keep_content(self, path: str, stamp: tuple[int, int, int], content: str) -> None:
        """Remember the content hash of a file with this stamp."""
        self._pending_content[path] = (path, *stamp, content)

    def all(self, kind: str) -> dict[TextId, bytes]:
        """All rows of a kind, also those that were kept a moment ago."""
        rows = self._connection.execute("select path, part, value from facts where kind = ?", (kind,))
        found = {TextId(path, part): value for path, part, value in rows}
        for row, value in (*self._withheld.items(), *self._pending.items()):
            if row[0] == kind:
                found[TextId(*row[1:])] = value
        return found

    def get(self, kind: str, path: str, part: str = "") -> bytes | None:
        """One row, also one that was kept a moment ago."""
        key = (kind, path, part)
        pending = self._pending.get(key, self._withheld.get(key))
        if pending is not None:
            return pending
        with self._lock:
            rows = self._connection.execute("select value from facts where kind = ? and path = ? and part = ?", key)
            row = rows.fetchone()
        return None if row is None else row[0]

    def keep(self, kind: str, path: str, value: bytes, part: str = "") -> None:
        """Remember a row; it is written by `save`, or when many have come together."""
        self._pending[kind, path, part] = value
        if len(self._pending) >= BATCH:
            self.save()

    def never_write(self, secrets: Iterable[str]) -> None:
        """Rows in which one of these texts stands live as long as this process: a secret is in no file of ours."""
        self._secrets = tuple(secret.encode() for secret in secrets)

    def secret(self) -> bytes:
        """Random bytes of this cache's own: the key of hashes of what must not be guessed from them."""
        row = self._connection.execute("select value from meta where name = 'secret'").fetchone()
        if row is not None:
            return bytes.fromhex(row[0])
        fresh = os.urandom(16)
        with contextlib.suppress(sqlite3.OperationalError), self._connection:
            self._connection.execute("insert or replace into meta values ('secret', ?)", (fresh.hex(),))
        return fresh

    def save(self) -> None:
        """Write what was kept, in one transaction. A full disk or a read-only folder only costs the next start."""
        if not self._pending and not self._pending_content and not self._gone:
            return
        self._withhold()
        with contextlib.suppress(sqlite3.OperationalError), self._lock:
            with self._connection:
                facts = ((*row, value) for row, value in self._pending.items())
                execute = self._connection.executemany
                execute("delete from facts where kind = ? and path = ? and part = ?", (*self._withheld, *self._gone))
                execute("insert or replace into facts values (?, ?, ?, ?)", facts)
                execute("insert or replace into content values (?, ?, ?, ?, ?)", self._pending_content.values())
            for kept in (self._gone, self._pending, self._pending_content):  # when it is committed: a full disk says no
                kept.clear()

    def _withhold(self) -> None:
        """Take out all rows of files that hold a secret, and the whole compilation, which is of no use without them."""
        if not self._secrets:
            return
        telling = [key for key, value in self._pending.items() if any(secret in value for secret in self._secrets)]
        paths = {path for _, path, _ in (*telling, *self._withheld)}
        hidden = {key for key in self._pending if key[1] in paths or (paths and key[0] == "snapshot")}
        self._withheld.update((key, self._pending.pop(key)) for key in hidden)

    def texts(self, kind: str, path: str) -> list[TextId]:
        """A file and the pieces of it that there are rows about."""
        with self._lock:
            rows = self._connection.execute("select part from facts where kind = ? and path = ?", (kind, path))
            return [TextId(path, part) for (part,) in rows]

    def drop(self, kind: str, text: TextId) -> None:
        """Remove a row."""
        self._gone.add((kind, text.path, text.part))

    def forget(self, known: Collection[str]) -> None:
        """Remove the rows of files that are gone."""
        with contextlib.suppress(sqlite3.OperationalError), self._connection:
            gone = [path for (path,) in self._connection.execute("select path from content") if path not in known]
            self._connection.executemany("delete from content where path = ?", ((path,) for path in gone))
            self._connection.executemany("delete from facts where path = ?", ((path,) for path in gone))

    def close(self) -> None:
        """Save, and close the file."""
        self.save()
        self._connection.close()


def _connect(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(path or ":memory:", timeout=10, isolation_level="IMMEDIATE", check_same_thread=False)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute(META)
    if not _is_of_this_format(connection):
        connection.execute("begin immediate")
        if not _is_of_this_format(connection):  # another process may have been quicker
            for statement in SCHEMA:
                connection.execute(statement)
        connection.commit()
    return connection


def _is_of_this_format(connection: sqlite3.Connection) -> bool:
    row = connection.execute("select value from meta where name = 'format'").fetchone()
    return row is not None and row[0] == FORMAT
