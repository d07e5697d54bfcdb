"""One process at a time works on a target that only one can open: the second waits, or says who holds it."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from assetc.adapters.protocol import Identity
from assetc.compiler.diagnostic import Diagnostic, diagnostic

_POLL_SECONDS = 0.05


class Holder(Struct, frozen=True):
    """The process that holds a target, as it says itself."""

    pid: int
    command: str
    started_at: float

    def __str__(self) -> str:
        started = time.strftime("%H:%M:%S", time.localtime(self.started_at))
        return f"PID {self.pid}, started {started}, {self.command}"


class TargetHeld(Exception):  # noqa: N818  nobody's error: another run is at work
    """Another process holds the target; `diagnostic` says who."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class _Held(Struct):
    """A lock of this process, and how many of its runs stand behind it."""

    descriptor: int
    runs: int


_HELD: dict[Path, _Held] = {}
"""The locks of this process. They belong to the process, as the operating system sees it, and so does this."""

_HELD_LOCK = threading.Lock()


@contextmanager
def hold(
    folder: Path, identity: Identity, timeout: float | None, on_wait: Callable[[Holder | None], None]
) -> Iterator[None]:
    """Hold the target; runs of one process hold it together. The system lets go of it when the process dies.

    `folder` is the project's `.assetc`. `on_wait` is called once, with the holder, before waiting begins; `timeout`
    None waits for ever. Raises TargetHeld (E193).
    """
    path = folder / f"run-{blake2b(str(identity).encode(), digest_size=6).hexdigest()}.lock"
    give_up = None if timeout is None else time.monotonic() + timeout
    told = False
    while not _acquire(path):
        holder = read_holder(path)
        if give_up is not None and time.monotonic() >= give_up:
            raise TargetHeld(_held_by(holder, identity))
        if not told:
            on_wait(holder)
            told = True
        time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        _release(path)


def read_holder(path: Path) -> Holder | None:
    """Who holds the lock; None if that is not written yet."""
    try:
        return Holder(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _acquire(path: Path) -> bool:
    """Whether this process holds the lock now."""
    with _HELD_LOCK:
        held = _HELD.get(path)
        if held is not None:
            held.runs += 1
            return True
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        _write_holder(descriptor)
        _HELD[path] = _Held(descriptor, 1)
        return True


def _release(path: Path) -> None:
    """The file stays: removing it would let two processes hold two files of one name."""
    with _HELD_LOCK:
        held = _HELD[path]
        held.runs -= 1
        if held.runs == 0:
            del _HELD[path]
            os.ftruncate(held.descriptor, 0)
            os.close(held.descriptor)


def _write_holder(descriptor: int) -> None:
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    text = json.dumps(asdict(Holder(os.getpid(), command, time.time())))
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)


def _held_by(holder: Holder | None, identity: Identity) -> Diagnostic:
    who = "" if holder is None else f": {holder}"
    return diagnostic(
        "E193",
        f"another run holds {identity.adapter} {identity.place}{who}",
        hint="Wait until it ends, or stop it" + (f" (kill {holder.pid})" if holder else ""),
    )
