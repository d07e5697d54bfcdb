"""Where in the user's files a render is right now, read from the frames of the generated code."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from types import CodeType, FrameType, TracebackType

from msgspec import Struct

from assetc.compiler.place import Span, span_of
from assetc.compiler.template.literal_text import run_literal
from assetc.compiler.template.unit import Unit


class Position(Struct, frozen=True):
    """An offset in the file of a unit."""

    unit: Unit
    offset: int

    def tag_span(self) -> Span:
        """The span of the tag around it."""
        return span_of(self.unit.path, self.unit.file_text, *self.unit.tag_at(self.offset))

    def call_span(self, name: str, arguments: tuple[str, ...] | None = None) -> Span:
        """The span of the call of `name` (with these arguments) in the tag, else of the tag."""
        return _call_span(self.unit, self.offset, name, arguments)

    def keyword_spans(self, name: str) -> dict[str, Span]:
        """The spans of the keyword arguments of the calls of `name` in the tag."""
        return _keyword_spans(self.unit, self.offset, name)

    def name_span(self, name: str) -> Span:
        """The span of a name in the tag, else of the tag."""
        start, end = self.unit.tag_at(self.offset)
        found = re.compile(rf"(?<![\w.]){re.escape(name)}\b").search(self.unit.file_text, start, end)
        if found is None:
            return self.tag_span()
        return span_of(self.unit.path, self.unit.file_text, found.start(), found.end())


def positions_now(stop: CodeType) -> list[Position]:
    """The places in files that are being executed, innermost first, up to the function whose code is `stop`."""
    found: list[Position] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not stop:
        found += _position_in(frame, frame.f_lineno)
        frame = frame.f_back
    return found


def positions_of(traceback: TracebackType | None) -> list[Position]:
    """The places through which an exception came, innermost first."""
    found: list[Position] = []
    while traceback is not None:
        found += _position_in(traceback.tb_frame, traceback.tb_lineno)
        traceback = traceback.tb_next
    found.reverse()
    return found


def _position_in(frame: FrameType, line: int) -> tuple[Position, ...]:
    """The place in the unit that a frame runs, if it runs one."""
    if frame.f_code is run_literal.__code__:
        unit, offset = frame.f_locals["unit"], frame.f_locals["offset"]
    else:
        unit = frame.f_globals.get("assetc_unit")
        offset = 0 if unit is None else unit.offset_of_line(line)
    return () if unit is None or not unit.path else (Position(unit, offset),)


@lru_cache(maxsize=8192)
def _call_span(unit: Unit, offset: int, name: str, arguments: tuple[str, ...] | None) -> Span:
    calls = list(unit.calls_in_tag(name, offset))
    exact = [call for call in calls if call.arguments == arguments]
    chosen = exact or (calls if len(calls) == 1 else [])
    if not chosen:
        return Position(unit, offset).tag_span()
    return span_of(unit.path, unit.file_text, chosen[0].start, chosen[0].end)


@lru_cache(maxsize=8192)
def _keyword_spans(unit: Unit, offset: int, name: str) -> dict[str, Span]:
    return {
        key: span_of(unit.path, unit.file_text, start, end)
        for call in unit.calls_in_tag(name, offset)
        for key, start, end in call.keywords
    }
