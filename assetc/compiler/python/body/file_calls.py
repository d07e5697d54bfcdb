"""Which files a body reads and writes by calls: `open`, `read_csv`, the methods of paths."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator

from msgspec import Struct

from assetc.compiler.python.body.arguments import Given, argument
from assetc.compiler.python.body.known_calls import (
    FILE_FUNCTIONS,
    FILE_KEYWORDS,
    FILE_READS,
    FILE_WRITES,
    NOT_FILES,
    PATH_READS,
    PATH_WRITES,
)
from assetc.compiler.python.body.notes import BodyNotes
from assetc.compiler.python.follow.known import known_texts, only_text
from assetc.compiler.python.follow.machine import Call
from assetc.compiler.python.follow.values import UNKNOWN, FilePath, Items, Outside, Text, Value, alternatives
from assetc.compiler.python.reading import PythonReference
from assetc.compiler.reference import Certainty, Reference, ReferenceKind


class _Access(Struct, frozen=True):
    """A value that is the path of a file, the node that gives it, and what is done to the file."""

    value: Value
    node: ast.expr
    writes: bool = False


def note_files(notes: BodyNotes, call: Call) -> None:
    """Note the files that a call reads or writes, as far as their paths are known."""
    for access in _accesses(call):
        kind: ReferenceKind = "file_write" if access.writes else "file_read"
        paths = list(_paths(access.value))
        is_one = not isinstance(access.value, Items) and len(paths) > 1
        certainty: Certainty = "likely" if is_one else "certain"
        for path in paths:
            span = call.scope.source.span(access.node)
            notes.add(PythonReference("file", Reference(kind, (path,), certainty), span))


def _accesses(call: Call) -> Iterator[_Access]:
    receiver = getattr(call.node.func, "value", call.node)
    if any(isinstance(each, FilePath) for each in alternatives(call.receiver or UNKNOWN)):
        yield from _of_path(call, receiver)
        return
    dotted = call.callee.name if isinstance(call.callee, Outside) else ""
    if dotted.partition(".")[0] in NOT_FILES:
        return
    if dotted == "open" or dotted.endswith(".open"):
        yield from _opened(call, argument(call, 0, ("file", "filename", "name", "path", *FILE_KEYWORDS)), at=1)
    elif call.name in FILE_WRITES:
        yield from _given(argument(call, FILE_WRITES[call.name], FILE_KEYWORDS), writes=True)
    elif call.name in FILE_READS or dotted in FILE_FUNCTIONS:
        yield from _given(argument(call, 0, FILE_KEYWORDS))


def _of_path(call: Call, receiver: ast.expr) -> Iterator[_Access]:
    path = call.receiver or UNKNOWN
    if call.name == "open":
        yield from _opened(call, (path, receiver), at=0)
    elif call.name in PATH_READS | PATH_WRITES:
        yield _Access(path, receiver, writes=call.name in PATH_WRITES)
    elif call.name in ("glob", "rglob") and isinstance(path, FilePath) and call.positional:
        pattern = only_text(call.positional[0])
        if pattern:
            between = "**/" if call.name == "rglob" else ""
            yield _Access(FilePath(posixpath.join(path.path, between + pattern)), call.node)


def _opened(call: Call, given: Given, at: int) -> Iterator[_Access]:
    """What `open` does says its mode, which stands at this position."""
    value, _ = argument(call, at, ("mode",))
    mode = only_text(value) or "r"
    if mode[:1] not in ("w", "a", "x"):
        yield from _given(given)
    if not {"w", "a", "x", "+"}.isdisjoint(mode):
        yield from _given(given, writes=True)


def _given(given: Given, *, writes: bool = False) -> Iterator[_Access]:
    value, node = given
    if node is not None:
        yield _Access(value, node, writes)


def _paths(value: Value) -> Iterator[str]:
    for each in alternatives(value):
        if isinstance(each, FilePath):
            yield each.path
        elif isinstance(each, Text):
            yield from (text for text in known_texts(each) if _can_be_path(text))
        elif isinstance(each, Items):
            yield from (path for item in each.values for path in _paths(item))


def _can_be_path(text: str) -> bool:
    """Whether a text is no content by itself: `read_json` takes both."""
    return "\n" not in text and not text.lstrip().startswith(("{", "[", "<"))
