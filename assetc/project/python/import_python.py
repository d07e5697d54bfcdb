"""Imports Python model files in a child process, for what their text alone does not tell."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import get_args

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span, file_span
from assetc.compiler.python.imported import ImportedAsset, ImportedFile
from assetc.compiler.python.reading import ParameterRole
from assetc.project.python.missing_module import missing_module_hint

Answer = Mapping[str, object]

START_SECONDS = 20.0
"""How long the child itself may take to begin, besides the time that each file has."""


def import_assets(root: Path, paths: Sequence[str], *, timeout: float) -> tuple[ImportedFile, ...]:
    """Import each file in a child process; no file has more than `timeout` seconds, and none harms another.

    A file that hangs or ends the process is the problem E117, and the rest is imported by another child.
    """
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
            answer: Answer = json.loads(line)
            if "begin" in answer:
                current, patience = str(answer["begin"]), timeout
            else:
                done[current] = _read_answer(root, answer)
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
    package = str(Path(__file__).resolve().parents[2])
    inherited = os.environ.get("PYTHONPATH")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (package, inherited)))}
    child = subprocess.Popen(
        [sys.executable, "-P", "-X", "utf8", "-m", "assetc.project.python.import_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=root,
        env=environment,
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


def _read_answer(root: Path, answer: Answer) -> ImportedFile:
    path, files = str(answer["path"]), tuple(_texts(answer["files"]))
    error = answer.get("error")
    if isinstance(error, dict):
        return ImportedFile(path, problem=_problem(root, path, error), files=files)
    assets = tuple(_read_asset(each) for each in _list(answer["assets"]) if isinstance(each, dict))
    return ImportedFile(path, assets, None, files, tuple(_pairs(answer["values"])))


def _read_asset(answer: Answer) -> ImportedAsset:
    return ImportedAsset(
        key=str(answer["key"]),
        function=str(answer["function"]),
        file=str(answer["file"]),
        line=int(str(answer["line"])),
        deps=tuple(_texts(answer["deps"])),
        inputs=tuple((name, str(key)) for name, key in _pairs(answer["inputs"])),
        ignore_deps=tuple(_texts(answer["ignore_deps"])),
        outs=tuple(_texts(answer["outs"])),
        config=tuple(_pairs(answer["config"])),
        values=tuple(_pairs(answer["values"])),
        parameters=tuple(
            (str(each[0]), _role(each[1]), bool(each[2])) for each in map(_list, _list(answer["parameters"]))
        ),
        description=str(answer["description"]),
    )


def _role(word: object) -> ParameterRole:
    return next((role for role in get_args(ParameterRole) if role == word), "upstream")


def _problem(root: Path, path: str, error: Answer) -> Diagnostic:
    """E117 at the line of the file that the exception passed (a definition that can never work keeps its code)."""
    line = int(str(error["line"]))
    code = str(error["code"]) or "E117"
    through = f" (in {error['file']}:{error['last_line']})" if error["file"] != path else ""
    message = f"{path}:{line} does not import: {error['message']}{through}"
    if code != "E117":
        message = str(error["message"]).partition(": ")[2]
    hint = missing_module_hint(str(error["message"])) or "Correct the file; assets of other files are not affected"
    return diagnostic(code, message, _line_span(root, path, line), hint=hint)


def _failed(path: str, what: str) -> ImportedFile:
    hint = "Move slow work and side effects into the functions of the assets"
    return ImportedFile(path, problem=diagnostic("E117", f"{path} {what}", file_span(path), hint=hint))


def _line_span(root: Path, path: str, line: int) -> Span:
    try:
        text = (root / path).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return file_span(path)
    lines = text.splitlines(keepends=True)
    if not 0 < line <= len(lines):
        return file_span(path)
    start = sum(len(each) for each in lines[: line - 1])
    written = lines[line - 1]
    indent = len(written) - len(written.lstrip())
    return Span(path, start + indent, start + len(written.rstrip()), line, indent + 1)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [str(each) for each in _list(value)]


def _pairs(value: object) -> list[tuple[str, object]]:
    return [(str(pair[0]), pair[1]) for pair in map(_list, _list(value)) if len(pair) == 2]
