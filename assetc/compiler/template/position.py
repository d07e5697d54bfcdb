"""Where in the user's files a render is right now, read from the frames of the generated code."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from types import CodeType, FrameType, TracebackType
from typing import TYPE_CHECKING

from assetc.compiler.place import Span, span_of

if TYPE_CHECKING:
    from assetc.compiler.template.unit import Unit


@dataclass(frozen=True, slots=True)
class Position:
    """An offset in the file of a unit."""

    unit: Unit
    offset: int

    def tag_span(self) -> Span:
        """The span of the tag around it."""
        return span_of(self.unit.path, self.unit.file_text, *self.unit.tag_at(self.offset))

    def call_span(self, name: str, arguments: tuple[str, ...] | None = None) -> Span:
        """The span of the call of `name` (with these arguments) in the tag, else of the tag."""
        calls = list(self.unit.calls_in_tag(name, self.offset))
        exact = [call for call in calls if call.arguments == arguments]
        chosen = exact or (calls if len(calls) == 1 else [])
        if not chosen:
            return self.tag_span()
        return span_of(self.unit.path, self.unit.file_text, chosen[0].start, chosen[0].end)

    def keyword_span(self, name: str, key: str) -> Span | None:
        """The span of a keyword argument of a call of `name` in the tag."""
        for call in self.unit.calls_in_tag(name, self.offset):
            for keyword, start, end in call.keywords:
                if keyword == key:
                    return span_of(self.unit.path, self.unit.file_text, start, end)
        return None

    def name_span(self, name: str) -> Span:
        """The span of a name in the tag, else of the tag."""
        start, end = self.unit.tag_at(self.offset)
        found = re.compile(rf"(?<![\w.]){re.escape(name)}\b").search(self.unit.file_text, start, end)
        if found is None:
            return self.tag_span()
        return span_of(self.unit.path, self.unit.file_text, found.start(), found.end())


def positions_now(stop: CodeType) -> list[Position]:
    """The places that are being executed, innermost first, up to the function whose code is `stop`."""
    found: list[Position] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not stop:
        unit = frame.f_globals.get("assetc_unit")
        if unit is not None:
            found.append(Position(unit, unit.offset_of_line(frame.f_lineno)))
        frame = frame.f_back
    return found


def positions_of(traceback: TracebackType | None) -> list[Position]:
    """The places through which an exception came, innermost first."""
    found: list[Position] = []
    while traceback is not None:
        unit = traceback.tb_frame.f_globals.get("assetc_unit")
        if unit is not None:
            found.append(Position(unit, unit.offset_of_line(traceback.tb_lineno)))
        traceback = traceback.tb_next
    found.reverse()
    return found
