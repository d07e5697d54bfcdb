"""Imports Python model files in a child process, for what their text alone does not tell."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.place import file_span
from assetc.compiler.python.imported import ImportedFile

START_SECONDS = 20.0
"""How long the child itself may take to begin, besides the time that each file has."""


def import_assets(root: Path, paths: Sequence[str], *, timeout: float) -> tuple[ImportedFile, ...]:
    """Import each file in a child process, in `timeout` seconds; after one that hangs or ends it in another."""
    root = root.resolve()
    done: dict[str, ImportedFile] = {}
    waiting = list(dict.fromkeys(paths))
    while waiting:
        done |= _run_child(root, waiting, timeout)
        waiting = [path for path in waiting if path not in done]
    return tuple(done[path] for path in paths)


def _run_child(root: Path, paths: Sequence[str], timeout: float) -> dict[str, ImportedFile]:
    """The files that one child got done, the one that it failed at among them."""
    child = _start(root, paths)
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_pump, args=(child, lines), daemon=True)
    reader.start()
    done: dict[str, ImportedFile] = {}
    current, patience = "", timeout + START_SECONDS
    try:
        while True:
            line = lines.get(timeout=patience)
            if line is None:
                break
            answer = msgspec.convert(json.loads(line), str | ImportedFile)
            if isinstance(answer, str):
                current, patience = answer, timeout
            else:
                done[current] = answer
                current, patience = "", timeout + START_SECONDS
    except queue.Empty:
        done[current or paths[0]] = _failed(current or paths[0], f"takes longer than {timeout:g} seconds to import")
    finally:
        _stop(child)
        reader.join(timeout=1)
    if len(done) < len(paths) and not any(file.problem for file in list(done.values())[-1:]):
        stuck = current or next(path for path in paths if path not in done)
        done.setdefault(stuck, _failed(stuck, f"ends the process that imports it (exit code {child.returncode})"))
    return done


def _start(root: Path, paths: Sequence[str]) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-P", "-X", "utf8", "-m", "assetc.project.python.import_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=root,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        if child.stdin is not None:
            with child.stdin:
                child.stdin.write(json.dumps({"root": str(root), "paths": list(paths)}))
    except BrokenPipeError:  # it ended before it read: no answer will come, which is reported
        pass
    return child


def _pump(child: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    if child.stdout is not None:
        with child.stdout:
            for line in child.stdout:
                lines.put(line)
    lines.put(None)


def _stop(child: subprocess.Popen[str]) -> None:
    """End the child and whatever it started."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL) if os.name == "posix" else child.kill()
    child.wait()


def _failed(path: str, what: str) -> ImportedFile:
    hint = "Move slow work and side effects into the functions of the assets"
    return ImportedFile(path, problem=diagnostic("E117", f"{path} {what}", file_span(path), hint=hint))
