"""One compiled piece of Jinja text, in which every position is known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator

from msgspec import Struct

CAPTURED = frozenset({"ref", "source", "config", "this"})
_AFTER_ALL = 1 << 62


class ConstantCall(Struct, frozen=True):
    """A call at `start` to `end` of a file. `arguments` is None unless all of them are constant texts.

    `keywords` are the keyword arguments with their places, key included.
    """

    name: str
    arguments: tuple[str, ...] | None
    version: str | None
    start: int
    end: int
    keywords: tuple[tuple[str, int, int], ...] = ()


class Unit(Struct, frozen=True, eq=False):
    """A compiled piece of text: `run(scope, environment=...)` gives its outputs and marks (see MarkingGenerator).

    `tags` are the spans of its tags in the file, in order; `assigned` are the names that the text itself gives a
    value somewhere; `lines` maps generated lines to offsets.
    """

    path: str
    file_text: str
    run: Callable[..., Iterator[object]]
    tags: tuple[tuple[int, int], ...]
    calls: tuple[ConstantCall, ...]
    assigned: frozenset[str]
    lines: tuple[tuple[int, int], ...]
    has_returns: bool

    def offset_of_line(self, line: int) -> int:
        """The offset in the file that a line of the generated code was made from."""
        index = bisect_right(self.lines, (line, _AFTER_ALL)) - 1
        return self.lines[max(index, 0)][1] if self.lines else 0

    def tag_at(self, offset: int) -> tuple[int, int]:
        """The tag around an offset."""
        index = bisect_right(self.tags, (offset, _AFTER_ALL)) - 1
        return self.tags[index] if index >= 0 else (offset, offset)

    def calls_in_tag(self, name: str, offset: int) -> Iterator[ConstantCall]:
        """The calls of a name that stand in the tag around an offset."""
        start, end = self.tag_at(offset)
        return (call for call in self.calls if call.name == name and start <= call.start < end)
