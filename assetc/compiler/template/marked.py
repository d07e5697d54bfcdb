"""A text that knows where in which file each part of it was written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

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


def join_marked(unit: Unit, outputs: Iterable[object]) -> Marked:
    """The text of outputs and marks."""
    texts: list[str] = []
    marks: list[Mark] = []
    length = address = 0
    for output in outputs:
        if type(output) is int:
            address = output
            continue
        text = output if isinstance(output, str) else str(output)
        if type(text) is Marked:
            marks.extend(Mark(length + mark.start, mark.unit, mark.address) for mark in text.marks)
        elif text:
            marks.append(Mark(length, unit, address))
        texts.append(text)
        length += len(text)
    joined = Marked("".join(texts))
    joined.marks = tuple(marks)
    return joined
