"""One SQLite file, opened, brought to the newest tables, and written to by several processes and threads at once."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from assetc.adapters.protocol import Diagnosed
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.runtime.state.migrations import MIGRATIONS
from assetc.runtime.state.rows import Row

PATIENCE_SECONDS = 60.0
"""How long a writer waits for others; each of them writes for milliseconds."""

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

Result = TypeVar("Result")


class StateError(Diagnosed):
    """The state cannot be read or written."""


class Connection:
    """One connection, used by one thread at a time."""

    def __init__(self, path: Path | None) -> None:
        self._shown = "the state" if path is None else f"the state file {path.parent.name}/{path.name}"
        self._lock = threading.RLock()
        with self._faults():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._sqlite = _patiently(lambda: _connect(path))
        try:
            self._migrate()
        except StateError:
            self._sqlite.close()
            raise

    def rows(self, sql: str, parameters: Row = ()) -> list[Row]:
        """All rows of a query."""
        with self._lock, self._faults():
            return _patiently(lambda: self._sqlite.execute(sql, parameters).fetchall())

    def write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do the work in a transaction that has the right to write from its beginning on."""
        with self._lock, self._faults():
            _patiently(lambda: self._sqlite.execute("begin immediate"))
            try:
                result = work(self._sqlite)
                _patiently(lambda: self._sqlite.execute("commit"))
            except BaseException:
                if self._sqlite.in_transaction:
                    self._sqlite.execute("rollback")
                raise
            return result

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._sqlite.close()

    def _migrate(self) -> None:
        if self._version() != len(MIGRATIONS):
            self.write(self._apply_missing)

    def _apply_missing(self, sqlite: sqlite3.Connection) -> None:
        """Another process may have done it in the meantime: the version is read inside of the transaction."""
        version = self._version()
        if version > len(MIGRATIONS):
            raise StateError(_written_by_newer(self._shown))
        for statement in (statement for migration in MIGRATIONS[version:] for statement in migration):
            sqlite.execute(statement)
        sqlite.execute(f"pragma user_version = {len(MIGRATIONS)}")

    def _version(self) -> int:
        return int(self.rows("pragma user_version")[0][0])

    def _faults(self) -> AbstractContextManager[None]:
        return faults_of(self._shown)


@contextmanager
def faults_of(shown: str) -> Iterator[None]:
    """What SQLite and the file system report of a file raises StateError, whose diagnostic names it as shown."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
            raise StateError(_damaged(shown)) from error
        raise StateError(_unusable(shown, str(error))) from error
    except OSError as error:
        raise StateError(_unusable(shown, error.strerror or str(error))) from error


def _connect(path: Path | None) -> sqlite3.Connection:
    """Autocommit; WAL so that readers never wait; losing power may cost the last transactions, never the file."""
    sqlite = sqlite3.connect(
        ":memory:" if path is None else path, timeout=5, isolation_level=None, check_same_thread=False
    )
    try:
        sqlite.execute("pragma journal_mode = wal")
        sqlite.execute("pragma synchronous = normal")
    except sqlite3.Error:
        sqlite.close()
        raise
    return sqlite


def _patiently(attempt: Callable[[], Result]) -> Result:
    """SQLite's own waiting is unfair and does not cover everything, so a busy file is tried again for a while."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _BUSY or time.monotonic() > give_up:
                raise
        time.sleep(random.uniform(0.001, 0.02))  # noqa: S311  spreads the writers, keeps no secret


_DISPOSABLE = "move it away: it can be lost, `--changed` then builds everything"


def _damaged(shown: str) -> Diagnostic:
    return diagnostic("E190", f"{shown} is damaged or is not a state file", hint=_DISPOSABLE.capitalize())


def _written_by_newer(shown: str) -> Diagnostic:
    return diagnostic("E191", f"{shown} was written by a newer assetc", hint=f"Upgrade assetc, or {_DISPOSABLE}")


def _unusable(shown: str, why: str) -> Diagnostic:
    return diagnostic("E192", f"{shown} cannot be used: {why}", hint="Look at its folder's permissions and free space")
