"""What rendering a template gives: text, where each character came from, and what the template named and read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter
from typing import Literal, NamedTuple

from msgspec import Struct

from assetc.compiler.diagnostic import Annotation, Diagnostic
from assetc.compiler.place import Span, span_of
from assetc.compiler.project import Entry
from assetc.compiler.reference import Certainty

_START = itemgetter(0)


class Segment(NamedTuple):
    """From offset `start` on (up to the next segment), the rendered text was made by the template at `source`.

    `length` is the number of template characters that made it, or 0 for literal text, which maps character by
    character.
    """

    start: int
    source: int
    length: int


class MacroSegment(NamedTuple):
    """`start` to `end` of the rendered text was written by a macro, at `source` of the file `path`."""

    start: int
    end: int
    path: str
    source: int
    length: int


class Read(NamedTuple):
    """One thing that the template looked at, with a hash of what it saw: together they say when to render again."""

    kind: str
    name: str
    seen: str


class LogLine(NamedTuple):
    """A line that the template wrote to the log (`info`: also to the terminal)."""

    level: Literal["debug", "info"]
    message: str


class TemplateReference(Struct, frozen=True):
    """A `ref()`, `source()` or `this` of a template.

    `arguments` are the names as written: `(name,)` or `(package, name)` of a ref, `(source, table)` of a source.
    `span` stands in the user's template; `through` is the place in a macro file that made the reference, if one did.
    A reference that only stands in a branch that was not taken is "likely".
    """

    kind: Literal["ref", "source", "this"]
    arguments: tuple[str, ...]
    certainty: Certainty
    span: Span
    version: str | None = None
    through: Span | None = None


class Rendered(Struct, frozen=True):
    """A rendered template. When `problems` holds an error, the text is what had been written before it."""

    text: str
    segments: tuple[Segment, ...] = ()
    macro_segments: tuple[MacroSegment, ...] = ()
    references: tuple[TemplateReference, ...] = ()
    config: tuple[Entry, ...] = ()
    reads: tuple[Read, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    logs: tuple[LogLine, ...] = ()
    needs_warehouse: bool = False
    uses_incremental: bool = False
    configured_by_names: bool = False
    needs_graph: bool = False


class Called(Struct, frozen=True):
    """What a macro gave: the text that it wrote, or the `value` that it returned, of which `text` is the text."""

    text: str = ""
    value: object = None
    reads: tuple[Read, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    logs: tuple[LogLine, ...] = ()


def place(rendered: Rendered, offset: int) -> tuple[int, bool]:
    """The offset in the template that made the character at `offset`, and whether it is that very character."""
    segment = _segment_at(rendered, offset)
    if segment is None:
        return offset, True
    return (segment.source, False) if segment.length else (segment.source + (offset - segment.start), True)


def span_in_template(rendered: Rendered, path: str, text: str, start: int, end: int) -> Span:
    """The span of the template file `path`, whose content is `text`, that made `start` to `end` of the output."""
    first, exact = place(rendered, start)
    if start >= end:
        return span_of(path, text, first, first)
    last, last_exact = place(rendered, end - 1)
    if not exact and first == last:
        return span_of(path, text, first, first + _length_at(rendered, start))
    stop = last + 1 if last_exact else last + _length_at(rendered, end - 1)
    return span_of(path, text, first, max(stop, first))


def macros_behind(rendered: Rendered, start: int, end: int) -> Iterator[MacroSegment]:
    """The macro segments that touch `start` to `end` of the output; for a literal one `source` is moved to `start`."""
    index = bisect_right(rendered.macro_segments, start, key=_START) - 1
    for segment in rendered.macro_segments[max(index, 0) :]:
        if segment.start >= max(end, start + 1):
            return
        if segment.end > start:
            moved = 0 if segment.length else max(start - segment.start, 0)
            yield segment._replace(source=segment.source + moved)


def macro_annotations(rendered: Rendered, texts: dict[str, str] | None, start: int, end: int) -> tuple[Annotation, ...]:
    """Where in macro files the output from `start` to `end` was written; `texts` are the macro files by path."""
    found: dict[Span, Annotation] = {}
    for segment in macros_behind(rendered, start, end):
        text = (texts or {}).get(segment.path)
        if text is not None:
            stop = segment.source + (segment.length or max(min(end, segment.end) - start, 1))
            span = span_of(segment.path, text, segment.source, stop)
            found.setdefault(span, Annotation(span, "written here"))
    return tuple(found.values())


def _segment_at(rendered: Rendered, offset: int) -> Segment | None:
    index = bisect_right(rendered.segments, offset, key=_START) - 1
    return rendered.segments[index] if index >= 0 else None


def _length_at(rendered: Rendered, offset: int) -> int:
    segment = _segment_at(rendered, offset)
    return segment.length if segment else 0
