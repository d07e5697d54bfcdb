"""Reading a file of the project. Nothing outside of the project's folder is read through this door."""

from __future__ import annotations

import os
from pathlib import Path

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import file_span, span_of

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(root: str, path: str) -> str | Diagnostic:
    """The text of a file below `root`, of whose characters a `Span` counts the offsets; or E125."""
    if "\0" in path:
        return diagnostic("E125", "a name with a NUL is no name of a file")
    place = os.path.realpath(os.path.join(root, path))  # noqa: PTH118  a path object would cost more than the call
    if not place.startswith(os.path.realpath(root).rstrip("/") + "/"):
        hint = "Copy the file into the project, or add its folder as a package"
        return diagnostic("E125", f"{path} lies outside of the project's folder", file_span(path), hint=hint)
    return read_place(place, path)


def shown_text(root: str, path: str) -> str | None:
    """The text of a file in which a fault is to be shown, as much of it as can be read; None if there is none."""
    if "\0" in path:
        return None
    place = os.path.realpath(os.path.join(root, path))  # noqa: PTH118  the same as above
    is_inside = place.startswith(os.path.realpath(root).rstrip("/") + "/")
    # The profiles file is named by its whole path when it lies outside of the project.
    if not (is_inside or os.path.basename(path) == "profiles.yml"):  # noqa: PTH119  the same
        return None
    try:
        content = Path(place).read_bytes().removeprefix(_BYTE_ORDER_MARK)
    except OSError:
        return None
    return None if content.startswith(_UTF_16) else content.decode("utf-8", "replace")


def read_place(place: str | Path, path: str) -> str | Diagnostic:
    """The text of the file at `place`, wherever that is; `path` is its name in diagnostics."""
    try:
        with open(place, "rb") as file:  # noqa: PTH123  a path object would cost more than the call
            content = file.read()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        return diagnostic("E125", f"{path} cannot be read: {reason}", file_span(path))
    return decoded(path, content)


def decoded(path: str, content: bytes) -> str | Diagnostic:
    """The text of a file that was read, without the byte order mark; E125 if it is not UTF-8."""
    content = content.removeprefix(_BYTE_ORDER_MARK)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(path, content, error.start)


def _not_utf8(path: str, content: bytes, offset: int) -> Diagnostic:
    before = content[:offset].decode("utf-8")
    span = span_of(path, before, len(before), len(before) + 1)
    guess = "UTF-16" if content.startswith(_UTF_16) else "another encoding"
    return diagnostic("E125", f"{path} is not UTF-8", span, hint=f"It looks like {guess}; save it as UTF-8")
