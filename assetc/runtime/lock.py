"""One process at a time works on a target: the second waits, or says who holds it.

The runs of one project are kept apart by a lock of SQLite's, which every operating system gives and takes back when the
process dies; those of other checkouts and machines by the warehouse, where they can reach it (`Warehouse.claim`).
"""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from assetc.adapters.protocol import Diagnosed, Holder, Identity
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.runtime.state.connection import faults_of

_POLL_SECONDS = 0.05


class TargetHeld(Diagnosed):
    """Another process holds the target."""


class Wait(Struct, frozen=True):
    """How long to wait for a target (seconds; None: without end), and who is told, once, whom it is for."""

    identity: Identity
    timeout: float | None
    on_wait: Callable[[Holder | None], None]


class _Held(Struct):
    """A lock of this process, and how many of its runs hold it together."""

    connection: sqlite3.Connection
    runs: int


_HELD: dict[Path, _Held] = {}
"""The locks of this process."""

_HELD_LOCK = threading.Lock()


@contextmanager
def hold(folder: Path, wait: Wait) -> Iterator[None]:
    """Hold the target; runs of one process hold it together. It is free as soon as the process dies.

    `folder` is the project's `.assetc`. Raises TargetHeld (E193), and StateError where the file cannot be used.
    """
    path = folder / f"run-{blake2b(str(wait.identity).encode(), digest_size=6).hexdigest()}.sqlite"
    wait_for(partial(_acquire, path), partial(_read_holder, path), wait)
    try:
        yield
    finally:
        _release(path)


def wait_for(acquire: Callable[[], bool], holder: Callable[[], Holder | None], wait: Wait) -> None:
    """Wait until the target is acquired. Raises TargetHeld (E193) when another run has it for too long."""
    give_up = None if wait.timeout is None else time.monotonic() + wait.timeout
    has_told = False
    while not acquire():
        found = holder()
        if give_up is not None and time.monotonic() >= give_up:
            raise TargetHeld(_held_by(found, wait.identity))
        if not has_told:
            wait.on_wait(found)
            has_told = True
        time.sleep(_POLL_SECONDS)


def _read_holder(path: Path) -> Holder | None:
    """Who holds the lock; None if that is not written yet."""
    try:
        return Holder(**json.loads(path.with_suffix(".json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _acquire(path: Path) -> bool:
    """Whether this process holds the lock now: a transaction of an empty database, which no two processes begin."""
    with _HELD_LOCK, faults_of(_shown(path)):
        held = _HELD.get(path)
        if held is not None:
            held.runs += 1
            return True
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("begin immediate")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return False
        path.with_suffix(".json").write_text(json.dumps(asdict(_this_process())))
        _HELD[path] = _Held(connection, 1)
        return True


def _release(path: Path) -> None:
    """The database stays: removing it would let two processes lock two files of one name."""
    with _HELD_LOCK, faults_of(_shown(path)):
        held = _HELD[path]
        held.runs -= 1
        if held.runs == 0:
            del _HELD[path]
            path.with_suffix(".json").unlink(missing_ok=True)
            held.connection.close()


def _shown(path: Path) -> str:
    return f"the lock file {path.parent.name}/{path.name}"


def _this_process() -> Holder:
    return Holder(os.getpid(), shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]), time.time())


def _held_by(holder: Holder | None, identity: Identity) -> Diagnostic:
    who = "" if holder is None else f": {holder}"
    return diagnostic(
        "E193",
        f"another run holds {identity.adapter} {identity.place}{who}",
        hint="Wait until it ends, or stop it" + (f" (kill {holder.pid})" if holder and not holder.server else ""),
    )
