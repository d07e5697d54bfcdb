"""SQL in a Python body: a string with holes becomes SQL that can be read, and its names get places in the file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.place import Span
from assetc.compiler.python.follow.values import Line, Piece
from assetc.compiler.reference import Reference
from assetc.compiler.sql.fold import split_name
from assetc.compiler.sql.judged import SqlReader
from assetc.compiler.sql.reading import SqlProblem, SqlReading

_HOLE = "__hole_{}__"
_COUNTED = "__named_{}__"
_MADE_HOLE = re.compile(r"__hole_\d+__", re.IGNORECASE)
_MADE_NAME = re.compile(r"__named_\d+__", re.IGNORECASE)
_TEMPORARY = re.compile(
    r"\bcreate\s+(?:or\s+replace\s+)?(?:(?:local|global)\s+)?temp(?:orary)?\s+(?:table|view)\s+"
    r"(?:if\s+not\s+exists\s+)?([\w.\"`\[\]]+)",
    re.IGNORECASE,
)


class EmbeddedSql(Struct, frozen=True):
    """A text of SQL put together from pieces. `starts` are the offsets of the pieces in it."""

    text: str
    pieces: tuple[Piece, ...]
    starts: tuple[int, ...]

    @property
    def has_holes(self) -> bool:
        """Whether a part of it is not known, or may be different at run time."""
        return any((piece.is_hole and not piece.harmless) or piece.is_default for piece in self.pieces)

    @property
    def is_one_hole(self) -> bool:
        """Whether nothing of it is known."""
        return not any(piece.text.strip() for piece in self.pieces) and self.has_holes

    def span(self, start: int, end: int, otherwise: Span) -> Span:
        """The place of `text[start:end]` in the file of its literal."""
        if start < 0 or not self.pieces:
            return otherwise
        index = max(bisect_right(self.starts, start) - 1, 0)
        piece, inside = self.pieces[index], start - self.starts[index]
        if piece.literal is None:
            return otherwise
        length = min(end - start, len(piece.text) - inside)
        return piece.literal.locate(piece.offset + inside, piece.offset + inside + max(length, 0))


def assemble(line: Line) -> EmbeddedSql:
    """The SQL of one possible value of a string, with a harmless name for each hole."""
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for number, piece in enumerate(line):
        form = _COUNTED if piece.harmless else _HOLE
        part = form.format(number) if piece.is_hole else piece.text
        starts.append(length)
        parts.append(part)
        length += len(part)
    return EmbeddedSql("".join(parts), tuple(line), tuple(starts))


def read_embedded(sql: str, reader: SqlReader) -> SqlReading:
    """What a piece of SQL reads and writes; relations that are already counted are left out."""
    reading = _read(sql, reader)
    references = tuple(
        reference for reference in reading.references if not any(map(_MADE_NAME.fullmatch, reference.parts))
    )
    return reading if references == reading.references else replace(reading, references=references)


def has_hole(reference: Reference) -> bool:
    """Whether a part of a name is not known."""
    return any(_MADE_HOLE.search(part) for part in reference.parts)


def show(text: str) -> str:
    """A text as shown in messages: holes are dots."""
    return _MADE_HOLE.sub("...", text)


def temporary_names(sql: str, dialect: str) -> Sequence[tuple[str, ...]]:
    """The temporary relations that a text creates."""
    if "temp" not in sql.lower():
        return ()
    return [split_name(dialect, found[1]) for found in _TEMPORARY.finditer(sql)]


def problems_of(reading: SqlReading) -> Sequence[SqlProblem]:
    """What of a text is wrong, or cannot be read."""
    return [problem for problem in reading.problems if problem.code in ("E111", "W226")]


@lru_cache(maxsize=256)
def _read(sql: str, reader: SqlReader) -> SqlReading:
    """One body is often followed more than once (helpers in loops), with the same text."""
    return reader.read(sql)
