"""A place in a file that the user wrote."""

from __future__ import annotations

from msgspec import Struct


class Span(Struct, frozen=True):
    """Characters `start` to `end` (exclusive, 0-based) of a file; `line` and `column` (1-based) are of `start`.

    `path` is relative to the project root, with forward slashes.
    """

    path: str
    start: int
    end: int
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"

    @property
    def where(self) -> str:
        """`file:line`, the way an edge names its place."""
        return f"{self.path}:{self.line}"


def span_of(path: str, text: str, start: int, end: int) -> Span:
    """The span of `text[start:end]`, which stands in the file `path`."""
    line_start = text.rfind("\n", 0, start) + 1
    return Span(path, start, end, text.count("\n", 0, start) + 1, start - line_start + 1)


def file_span(path: str) -> Span:
    """The first character of a file, for a fault that is about the whole of it."""
    return Span(path, 0, 0, 1, 1)
