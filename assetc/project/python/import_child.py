"""The program of the child process that imports Python model files.

A request of JSON comes in; the path of each file and its `ImportedFile` go out, a line of JSON each.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import msgspec

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span, file_span
from assetc.compiler.python.imported import ImportedFile
from assetc.project.python.describe import constants, describe
from assetc.project.python.model_module import (
    definitions_of,
    forget_modules,
    load_module,
    missing_module_hint,
    project_imports,
)


def main() -> None:
    """Read the request, answer for each file as soon as it is imported."""
    request = json.load(sys.stdin)
    answers = _separate_streams()
    root = Path(request["root"])
    opened: dict[str, None] = {}
    sys.addaudithook(_watch(root, opened))
    for path in request["paths"]:
        print(json.dumps(path), file=answers, flush=True)
        opened.clear()
        forget_modules(root)
        imported = msgspec.structs.replace(_import(root, path), files=tuple(sorted(opened)))
        # The encoder of msgspec refuses large integers and half of a surrogate pair, and users write both.
        print(json.dumps(msgspec.to_builtins(imported)), file=answers, flush=True)


def _separate_streams() -> TextIO:
    """Keep standard output for the answers; what the user's code prints and reads goes elsewhere."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  it lives as long as the process
    return answers


def _watch(root: Path, opened: dict[str, None]) -> Callable[[str, tuple[object, ...]], None]:
    """An audit hook that notes which files below the root are opened."""
    prefix = str(root).rstrip(os.sep) + os.sep

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], (str, bytes, os.PathLike)):
            return
        path = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100  Path would open nothing, but is slow here
        if path.startswith(prefix) and "site-packages" not in path:
            source = _source_of(path)
            opened[source[len(prefix) :].replace(os.sep, "/")] = None

    return hook


def _source_of(path: str) -> str:
    if not path.endswith(".pyc"):
        return path
    try:
        return importlib.util.source_from_cache(path)
    except ValueError:
        return path


def _import(root: Path, path: str) -> ImportedFile:
    try:
        with project_imports(root):
            module = load_module(root, path)
            found = definitions_of(module)
            assets = tuple(asset for definition in found for asset in describe(definition, root))
            return ImportedFile(path, assets, values=constants(vars(module).items()))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return ImportedFile(path, problem=_problem(error, root, path))


def _problem(error: BaseException, root: Path, path: str) -> Diagnostic:
    """E117 at the line of the file that the exception passed (a definition that can never work keeps its code)."""
    frames = [(Path(frame.filename), frame.lineno or 1) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((Path(error.filename), error.lineno or 1))
    own = [(file.relative_to(root).as_posix(), line) for file, line in frames if file.is_relative_to(root)]
    line = next((line for file, line in reversed(own) if file == path), 1)
    span, code = _line_span(root, path, line), getattr(error, "code", None)
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    hint = missing_module_hint(message) or "Correct the file; assets of other files are not affected"
    if isinstance(code, str) and code not in ("", "E117"):
        return diagnostic(code, str(error), span, hint=hint)
    through = f" (in {own[-1][0]}:{own[-1][1]})" if own and own[-1][0] != path else ""
    return diagnostic("E117", f"{path}:{line} does not import: {message}{through}", span, hint=hint)


def _line_span(root: Path, path: str, line: int) -> Span:
    try:
        text = (root / path).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return file_span(path)
    lines = text.splitlines(keepends=True)
    if not 0 < line <= len(lines):
        return file_span(path)
    start, written = sum(map(len, lines[: line - 1])), lines[line - 1]
    indent = len(written) - len(written.lstrip())
    return Span(path, start + indent, start + len(written.rstrip()), line, indent + 1)


if __name__ == "__main__":
    main()
