"""The text of a Python file, and the places of syntax nodes and of parts of string values in it."""

from __future__ import annotations

import ast
import re

from msgspec import Struct, field

from assetc.compiler.place import Span, span_of

Located = ast.expr | ast.stmt | ast.arg | ast.keyword | ast.alias | ast.excepthandler

HOLE_MARK = "\x00"

_PREFIX = re.compile(r"[a-zA-Z]*('''|\"\"\"|'|\")")
_FIELD = re.compile(r"\{\{|\}\}|\{[^{}]*\}")


class PythonText(Struct, frozen=True):
    """One Python file. Its lines are found when a place is first needed."""

    path: str
    text: str
    _line_starts: list[int] = field(default_factory=list)

    def span(self, node: Located) -> Span:
        """The place of a node."""
        start, end = self.offsets(node)
        if "\r" in self.text:  # Python ends a line at a lone one, and nobody else does
            return span_of(self.path, self.text, start, end)
        column = start - self._starts()[node.lineno - 1] + 1
        return Span(self.path, start, end, node.lineno, column)

    def offsets(self, node: Located) -> tuple[int, int]:
        """The start and end of a node, in characters of the file."""
        start = self._offset(node.lineno, node.col_offset)
        if node.end_lineno is None or node.end_col_offset is None:
            return start, start
        return start, self._offset(node.end_lineno, node.end_col_offset)

    def segment(self, node: Located) -> str:
        """The text of a node."""
        start, end = self.offsets(node)
        return self.text[start:end]

    def span_at(self, start: int, end: int) -> Span:
        """The place of the characters `start` to `end`."""
        if "\r" in self.text:
            return span_of(self.path, self.text, start, end)
        starts = self._starts()
        line = next((index for index in range(len(starts) - 1, -1, -1) if starts[index] <= start), 0)
        return Span(self.path, start, end, line + 1, start - starts[line] + 1)

    def _starts(self) -> list[int]:
        if not self._line_starts:
            self._line_starts.append(0)
            self._line_starts.extend(match.end() for match in re.finditer(r"\r\n|\r|\n", self.text))
        return self._line_starts

    def _offset(self, line: int, column: int) -> int:
        """The offset of a column that `ast` counts in bytes of UTF-8."""
        starts = self._starts()
        start = starts[min(line, len(starts)) - 1]
        if self.text.isascii():
            return start + column
        end = starts[line] if line < len(starts) else len(self.text)
        return start + len(self.text[start:end].encode()[:column].decode(errors="ignore"))


class PythonLiteral(Struct, frozen=True, eq=False):
    """A string literal of a Python file. `value` is what it evaluates to, with marks for the fields of an f-string."""

    source: PythonText
    node: ast.expr
    value: str

    def locate(self, start: int, end: int) -> Span:
        """The place of `value[start:end]` in the file."""
        begin, stop = self.source.offsets(self.node)
        segment = self.source.text[begin:stop]
        if prefix := _PREFIX.match(segment):
            first, last = prefix.end(), len(segment) - len(prefix[1])
            if segment[first:last] == self.value:
                return self.source.span_at(begin + first + start, begin + first + end)
        name = self.value[start:end]
        if HOLE_MARK in self.value:
            segment = _FIELD.sub(lambda found: HOLE_MARK * len(found[0]), segment)
        found = _same_occurrence(name, self.value, start, segment)
        return (
            self.source.span(self.node) if found < 0 else self.source.span_at(begin + found, begin + found + len(name))
        )


class FileLiteral(Struct, frozen=True, eq=False):
    """The whole text of a file that a body reads."""

    path: str
    value: str

    def locate(self, start: int, end: int) -> Span:
        """The place of `value[start:end]` in the file."""
        return PythonText(self.path, self.value).span_at(start, end)


Literal = PythonLiteral | FileLiteral


def _same_occurrence(name: str, value: str, start: int, segment: str) -> int:
    """The offset in `segment` of the occurrence of `name` that is at `start` in `value`; -1 if it has none."""
    if not name:
        return -1
    offsets = _occurrences(name, segment)
    before = sum(offset < start for offset in _occurrences(name, value))
    return offsets[before] if before < len(offsets) else -1


def _occurrences(name: str, text: str) -> list[int]:
    """The offsets of a name in a text as a whole word."""
    return [match.start() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
