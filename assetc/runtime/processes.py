"""Which process this is, and whether another one still runs."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from assetc.runtime.state.records import Process


def this_process() -> Process:
    """The process that asks."""
    return Process(platform.node(), os.getpid(), start_of(os.getpid()))


def is_alive(process: Process) -> bool:
    """Whether the process still runs; one on another host is taken to run."""
    if process.host != platform.node():
        return True
    return bool(process.started) and start_of(process.pid) == process.started


def start_of(pid: int) -> str:
    """When a process was started, in the words of the operating system; "" if there is none of that id."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        return _start_from_proc(stat)
    with os.popen(f"/bin/ps -o lstart= -p {pid}") as said:  # noqa: S605  `pid` is a number
        return said.read().strip()


def _start_from_proc(stat: Path) -> str:
    """The clock tick of its start; a zombie has ended. The name, in parentheses, may itself contain any character."""
    try:
        state, *fields = stat.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if state in "ZX" else fields[18]
