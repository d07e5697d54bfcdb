"""The program of the child process that imports Python model files: JSON in, one line of JSON for each file out.

Whatever the files print goes to standard error, and they get no standard input.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TextIO

from assetc.definitions.asset import AssetsDefinition
from assetc.project.python.model_module import definitions_of, forget_modules, load_module, project_imports

LONGEST_LIST = 1000


def main() -> None:
    """Read the request, answer for each file as soon as it is imported."""
    request = json.load(sys.stdin)
    answers = _separate_streams()
    root = Path(request["root"])
    opened: dict[str, None] = {}
    sys.addaudithook(_watch(root, opened))
    for path in request["paths"]:
        print(json.dumps({"begin": path}), file=answers, flush=True)
        opened.clear()
        forget_modules(root)
        answer = _import(root, path)
        print(json.dumps(answer | {"path": path, "files": sorted(opened)}), file=answers, flush=True)


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


def _import(root: Path, path: str) -> dict[str, object]:
    try:
        with project_imports(root):
            module = load_module(root, path)
            definitions = definitions_of(module)
            found = [_describe(definition, root) for definition in definitions]
            return {"assets": found, "values": _constants(vars(module).items())}
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return {"error": _explain(error, root, path)}


def _explain(error: BaseException, root: Path, path: str) -> dict[str, object]:
    """The exception, and the last line of the project's own that it passed; in the file itself if it passed there."""
    frames = [(Path(frame.filename), frame.lineno or 1) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((Path(error.filename), error.lineno or 1))
    own = [(file.relative_to(root).as_posix(), line) for file, line in frames if file.is_relative_to(root)]
    last = own[-1] if own else (path, 1)
    inside = [line for file, line in own if file == path]
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    code = getattr(error, "code", None)
    return {
        "message": message,
        "file": last[0],
        "line": inside[-1] if inside else 1,
        "last_line": last[1],
        "code": code if isinstance(code, str) else "",
        "trace": [f"{file}:{line}" for file, line in own],
    }


def _describe(definition: AssetsDefinition, root: Path) -> dict[str, object]:
    function = _function_of(definition.body)
    file, line = _place_of(function, root)
    outputs = sorted(definition.outputs, key=lambda output: output.key)
    single = len(outputs) == 1 and outputs[0].name == "result"
    return {
        "key": str(outputs[0].key) if single else definition.node_name,
        "function": str(getattr(function, "__name__", definition.node_name)),
        "file": file,
        "line": line,
        "deps": sorted({str(dep.key) for output in outputs for dep in output.spec.deps} - _inputs_of(definition)),
        "inputs": [[item.parameter.name, str(item.key)] for item in definition.inputs if item.explicit],
        "ignore_deps": sorted(str(key) for key in definition.ignored),
        "outs": [] if single else [str(output.key) for output in definition.outputs],
        "config": _constants({**definition.options, **definition.config}.items()),
        "values": _constants(_closed_over(function).items()),
        "parameters": [
            [parameter.name, parameter.role, parameter.has_default] for parameter in definition.signature.parameters
        ],
        "description": outputs[0].spec.description or "" if outputs else "",
    }


def _place_of(function: object, root: Path) -> tuple[str, int]:
    """Where a function stands; nowhere if that is no file of the project."""
    code = getattr(function, "__code__", None)
    if code is None:
        return "", 0
    file = Path(code.co_filename)
    inside = file.is_relative_to(root) and file.exists()
    return (file.relative_to(root).as_posix(), code.co_firstlineno) if inside else ("", 0)


def _inputs_of(definition: AssetsDefinition) -> set[str]:
    """What a multi-asset counts among its deps because a parameter receives it."""
    return {str(item.key) for item in definition.inputs}


def _function_of(body: object) -> object:
    while hasattr(body, "func") or hasattr(body, "__wrapped__"):
        body = getattr(body, "func", None) or getattr(body, "__wrapped__", None)
    return body


def _closed_over(function: object) -> Mapping[str, object]:
    code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None) or ()
    names = code.co_freevars if code is not None else ()
    values: dict[str, object] = {}
    for name, cell in zip(names, cells, strict=False):
        try:
            values[name] = cell.cell_contents
        except ValueError:  # a name that was never bound
            continue
    return values


def _constants(pairs: Iterable[tuple[str, object]]) -> list[list[object]]:
    """The pairs whose values can be written as JSON and read back the same."""
    return [[name, value] for name, value in pairs if not name.startswith("__") and _is_plain(value, 4)]


def _is_plain(value: object, depth: int) -> bool:
    if value is None or type(value) in (str, int, float, bool):
        return True
    if depth == 0:
        return False
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return len(value) <= LONGEST_LIST and all(_is_plain(item, depth - 1) for item in value)
    if isinstance(value, dict) and type(value) is dict:
        return len(value) <= LONGEST_LIST and all(
            type(key) is str and _is_plain(item, depth - 1) for key, item in value.items()
        )
    return False


if __name__ == "__main__":
    main()
