"""Texts that know, for each part of them, where it came from: the outputs of macros and blocks, and of a template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from assetc.compiler.template.limits import MAXIMUM_SIZE
from assetc.compiler.template.refusal import Exhausted
from assetc.compiler.template.rendered import MacroSegment, Segment
from assetc.compiler.template.unit import Unit


class Mark(NamedTuple):
    """From `start` on, the text was written by `unit` at `address` (see MarkingGenerator)."""

    start: int
    unit: Unit
    address: int


class Marked(str):
    """The output of a macro or block. It is a plain text to templates; only a write to the output sees the marks."""

    __slots__ = ("marks",)
    marks: tuple[Mark, ...]

    def __str__(self) -> str:
        """Itself, so that Jinja's `str()` of an output keeps the marks."""
        return self


def with_addresses(outputs: Iterable[object]) -> Iterator[tuple[str, int]]:
    """The texts among outputs and marks, each with the mark before it."""
    address = 0
    for output in outputs:
        if type(output) is int:
            address = output
        else:
            yield output if isinstance(output, str) else str(output), address


def join_marked(unit: Unit, outputs: Iterable[object]) -> Marked:
    """The text of outputs and marks."""
    texts: list[str] = []
    marks: list[Mark] = []
    length = 0
    for text, address in with_addresses(outputs):
        if type(text) is Marked:
            marks.extend(Mark(length + mark.start, mark.unit, mark.address) for mark in text.marks)
        elif text:
            marks.append(Mark(length, unit, address))
        texts.append(text)
        length += len(text)
    joined = Marked("".join(texts))
    joined.marks = tuple(marks)
    return joined


class Writer:
    """The output as it grows: what was written before a template failed stays."""

    __slots__ = ("length", "macro_segments", "segments", "texts", "unit")

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.texts: list[str] = []
        self.segments: list[Segment] = []
        self.macro_segments: list[MacroSegment] = []
        self.length = 0

    def write_all(self, outputs: Iterable[object]) -> None:
        """Write outputs; an int says where the next one comes from."""
        for text, address in with_addresses(outputs):
            if type(text) is Marked:
                self.write_marked(text, address)
            elif text:
                self.map_to(self.length, address, text)
            self.texts.append(text)
            self.length += len(text)
            if self.length > MAXIMUM_SIZE:
                raise Exhausted(f"the template writes more than {MAXIMUM_SIZE:,} characters")

    def write_marked(self, text: Marked, address: int) -> None:
        """Map each part of a macro's or block's output."""
        ends = [mark.start for mark in text.marks[1:]]
        for mark, end in zip(text.marks, (*ends, len(text)), strict=False):
            if mark.unit is self.unit:
                self.map_to(self.length + mark.start, mark.address, text[mark.start : end])
                continue
            self.map_to(self.length + mark.start, address, "")
            source, length = mark.address, 0
            if source < 0:
                source, stop = mark.unit.tag_at(-1 - source)
                length = stop - source
            start = self.length + mark.start
            self.macro_segments.append(MacroSegment(start, self.length + end, mark.unit.path, source, length))

    def map_to(self, start: int, address: int, text: str) -> None:
        """Say that the output from `start` on is made by the own template at `address`."""
        if address >= 0:
            self.map_literal(start, address, text)
            return
        source, stop = self.unit.tag_at(-1 - address)
        last = self.segments[-1] if self.segments else None
        if last is None or (last.source, last.length) != (source, stop - source):
            self.segments.append(Segment(start, source, stop - source))

    def map_literal(self, start: int, source: int, text: str) -> None:
        r"""Literal text maps character by character; where the file has \r\n, line by line."""
        self.segments.append(Segment(start, source, 0))
        if not self.unit.has_returns:
            return
        position = text.find("\n")
        while position >= 0:
            source_of_break = source + position
            if self.unit.file_text.startswith("\r\n", source_of_break):
                source += 1
                if position + 1 < len(text):
                    self.segments.append(Segment(start + position + 1, source + position + 1, 0))
            position = text.find("\n", position + 1)

    @property
    def text(self) -> str:
        """What was written so far."""
        return "".join(self.texts)
