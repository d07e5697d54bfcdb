"""`python stop_at.py N ARGUMENTS...`: a command that dies at the N-th point at which something becomes lasting.

These are the moments before and after each statement, each commit, each write to the state and each stored
object: between two of them nothing that lasts can happen. With 0 it lives, and tells how many there were.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from assetc.adapters.duckdb.session import DuckDbSession
from assetc.adapters.postgres.session import PostgresSession
from assetc.cli.main import main
from assetc.runtime.state.sqlite import State

POINTS = (
    (DuckDbSession, "execute"),
    (DuckDbSession, "commit"),
    (PostgresSession, "execute"),
    (PostgresSession, "commit"),
    (State, "start_run"),
    (State, "end_steps"),
    (State, "end_run"),
    (Path, "replace"),
)


class Fuse:
    """Counts points, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self._last = last
        self._lock = threading.Lock()
        self.passed = 0

    def point(self) -> None:
        with self._lock:
            self.passed += 1
            if self.passed == self._last:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def watched(*arguments: Any, **options: Any) -> Any:
            self.point()
            try:
                return work(*arguments, **options)
            finally:
                self.point()

        return watched


if __name__ == "__main__":
    fuse = Fuse(int(sys.argv[1]))
    for owner, name in POINTS:
        setattr(owner, name, fuse.around(getattr(owner, name)))
    code = main(sys.argv[2:])
    sys.stdout.write(f"points {fuse.passed}\n")
    sys.exit(code)
