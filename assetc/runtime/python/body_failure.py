"""A body that raised, told by the place in the user's own file."""

from __future__ import annotations

import json
import traceback
from pathlib import Path

from msgspec import Struct

from assetc.adapters.protocol import Canceled, WarehouseError
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span, file_span, span_of
from assetc.definitions.errors import AssetcError, Failure
from assetc.definitions.metadata import plain_metadata, to_metadata
from assetc.project.python.model_module import missing_module_hint
from assetc.runtime.state.records import Metadata

_OWN_PACKAGE = Path(__file__).resolve().parents[2]
"""It stands below the root of the project that lives in its own checkout."""


class BodyFailure(Struct, frozen=True):
    """Why a body ended without its outputs. `transient`: it may succeed when it is tried again."""

    diagnostic: Diagnostic
    error: BaseException
    transient: bool = False
    allow_retries: bool = True
    metadata: Metadata = ()


def failure_of(error: BaseException, root: Path, path: str, *, importing: bool = False) -> BodyFailure:
    """The failure that an exception of the file `path` means; `importing`: it was raised while that was imported."""
    if isinstance(error, Canceled | KeyboardInterrupt):
        raise error
    if type(error).__name__ == "InterruptException":  # DuckDB's own, from a relation that the body reads by itself
        raise Canceled(str(error)) from error
    frames = _user_frames(error, root)
    place = _syntax_place(error, root) or (_place(frames[-1], root) if frames else file_span(path))
    return BodyFailure(
        diagnostic=diagnostic(_code(error, importing=importing), _message(error), place, hint=_hint(error)),
        error=error,
        transient=isinstance(error, WarehouseError) and error.transient,
        allow_retries=error.allow_retries if isinstance(error, Failure) else True,
        metadata=plain_metadata(to_metadata(error.metadata)) if isinstance(error, Failure) else (),
    )


def _code(error: BaseException, *, importing: bool) -> str:
    own = error.code if isinstance(error, AssetcError) else ""
    return own or ("E117" if importing else "E180")


def _message(error: BaseException) -> str:
    """One line, with the type of the exception unless it is one of ours, which say it in their words."""
    first = next(iter(_driver_text(str(error)).strip().splitlines()), "").rstrip(".")
    if isinstance(error, AssetcError | WarehouseError) and first:
        return first
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _driver_text(text: str) -> str:
    """The message of an error that the warehouse tells as JSON, as DuckDB does when it is asked for places."""
    start = text.find('{"exception_type"')
    if start < 0:
        return text
    try:
        told = json.loads(text[start:])
    except json.JSONDecodeError:
        return text
    return str(told.get("exception_message", text))


def _hint(error: BaseException) -> str:
    given = error.hint if isinstance(error, WarehouseError) else ""
    return given or missing_module_hint(_message(error))


def _user_frames(error: BaseException, root: Path) -> list[traceback.FrameSummary]:
    """The frames below the project's root, outermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame for frame in frames if _relative(frame.filename, root)]


def _relative(filename: str, root: Path) -> str:
    """The path of a file of the project, "" for a file of a library."""
    path = (root / filename).resolve()
    is_library = "site-packages" in path.parts or path.is_relative_to(_OWN_PACKAGE)
    inside = path.is_relative_to(root.resolve()) and not is_library and path.is_file()
    return path.relative_to(root.resolve()).as_posix() if inside else ""


def _place(frame: traceback.FrameSummary, root: Path) -> Span | None:
    path = _relative(frame.filename, root)
    lines = _lines(root / path)
    if frame.lineno is None or frame.lineno > len(lines):
        return None
    line = lines[frame.lineno - 1]
    begin = len(line) - len(line.lstrip())
    start = _characters(line, frame.colno, begin)
    end = _characters(line, frame.end_colno, len(line.rstrip())) if frame.end_lineno == frame.lineno else 0
    before = sum(map(len, lines[: frame.lineno - 1]))
    return span_of(path, "".join(lines), before + start, before + max(end, start))


def _characters(line: str, column: int | None, otherwise: int) -> int:
    """A column that counts bytes, in characters."""
    return otherwise if column is None else len(line.encode()[:column].decode(errors="ignore"))


def _syntax_place(error: BaseException, root: Path) -> Span | None:
    if not isinstance(error, SyntaxError) or not error.filename or not error.lineno:
        return None
    path = _relative(error.filename, root)
    lines = _lines(root / path) if path else []
    start = sum(map(len, lines[: error.lineno - 1])) + max((error.offset or 1) - 1, 0)
    return span_of(path, "".join(lines), start, start) if path else None


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
