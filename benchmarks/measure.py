"""Runs a command in a fresh process several times and tells what it cost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

KILOBYTES = 1 if os.uname().sysname == "Linux" else 1024
"""How many bytes of `ru_maxrss` make a kilobyte."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, where it runs, and what is done before each of its runs."""

    words: tuple[str, ...]
    folder: Path
    before: Callable[[], object] = lambda: None
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """The median of user and system time of the process and its children, and the highest memory, in megabytes."""

    cpu: float
    memory: float


class CommandFailed(Exception):  # noqa: N818  it is told as it is
    """A measured command did not end well, so its time means nothing."""


def measure(commands: Mapping[str, Command], times: int) -> dict[str, Cost]:
    """What each command costs, in fresh processes.

    The commands take turns, so that a busy minute of the machine concerns all of them: their ratios can be compared.
    """
    rounds = [{name: _once(command) for name, command in commands.items()} for _ in range(times)]
    return {name: _typical([costs[name] for costs in rounds]) for name in commands}


def _typical(costs: Sequence[Cost]) -> Cost:
    return Cost(median(cost.cpu for cost in costs), max(cost.memory for cost in costs))


def python_environment() -> dict[str, str]:
    """The environment of measured processes: compiled Python files are kept, as in any installation."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "NO_COLOR": "1"}


def _once(command: Command) -> Cost:
    command.before()
    process = subprocess.Popen(
        command.words,
        cwd=command.folder,
        env={**python_environment(), **(command.environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    said = _read(process)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CommandFailed(f"{' '.join(command.words)} ended with {process.returncode}: {said[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KILOBYTES / 1024)


def _read(process: subprocess.Popen[bytes]) -> str:
    if process.stderr is None:
        return ""
    with process.stderr as stream:
        return stream.read().decode(errors="replace")


def run_once(words: Sequence[str], folder: Path) -> None:
    """Run a command that is not measured."""
    _once(Command(tuple(words), folder))
