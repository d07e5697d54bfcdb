"""Diagnostics as rustc shows them: the message, the place, the line with a caret, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from assetc.cli.text.text import Line, Piece, Style, line, printable, width_of
from assetc.cli.text.words import plural
from assetc.compiler.diagnostic import Annotation, Diagnostic, Severity
from assetc.compiler.place import Span

ReadText = Callable[[str], str | None]
"""The text of a file of the project, by its path from the root; None if it cannot be read."""

TAB = 4

MOST_RELATED = 5
"""How many other places of one problem are shown."""

_STYLES: dict[Severity, Style] = {"error": "strong bad", "warning": "strong warning", "note": "accent"}


class Snippet(Struct, frozen=True):
    """A line of a file as it is shown: cut to the window, with the columns that are marked."""

    text: str
    start: int
    length: int


def problem_lines(problem: Diagnostic, read_text: ReadText, width: int) -> Iterator[Line]:
    """One diagnostic, with an empty line after it."""
    style = _STYLES[problem.severity]
    yield line(Piece(f"{problem.severity}[{problem.code}]", style), Piece(f": {printable(problem.message)}", "strong"))
    places = [note.span for note in problem.related] + ([problem.span] if problem.span else [])
    gutter = max((len(str(span.line)) for span in places), default=1)
    if problem.span:
        yield from _place_lines(Annotation(problem.span, problem.label), "-->", ("^", style), read_text, gutter, width)
    for note in problem.related:
        yield from _place_lines(note, ":::", ("-", "accent"), read_text, gutter, width)
    if problem.hint:
        first, *more = printable_lines(problem.hint)
        yield line(" " * gutter, Piece(" = ", "accent"), Piece("hint", "strong"), f": {first}")
        yield from (line(" " * (gutter + 9), text) for text in more)
    yield ()


def together(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The problems, with those combined that differ only in which asset is concerned: a broken macro is one problem."""
    found: dict[Diagnostic, list[Annotation]] = {}
    for problem in problems:
        related = found.setdefault(replace(problem, related=()), [])
        related.extend(note for note in problem.related if note not in related)
    return [replace(problem, related=tuple(related[:MOST_RELATED])) for problem, related in found.items()]


def count_lines(problems: Iterable[Diagnostic]) -> Iterator[Line]:
    """`2 errors, 1 warning`, when there are any."""
    severities = [problem.severity for problem in problems]
    parts: list[Piece | str] = []
    for severity in ("error", "warning", "note"):
        if number := severities.count(severity):
            parts += [", "] if parts else []
            parts.append(Piece(plural(number, severity), _STYLES[severity]))
    if parts:
        yield line(*parts)


def printable_lines(text: str) -> list[str]:
    """The text line by line, without control characters; at least one line."""
    return [printable(each) for each in text.splitlines()] or [""]


def _place_lines(
    note: Annotation, arrow: str, mark: tuple[str, Style], read_text: ReadText, gutter: int, width: int
) -> Iterator[Line]:
    margin = " " * gutter
    yield line(margin, Piece(f"{arrow} ", "accent"), printable(str(note.span)))
    snippet = _snippet(note.span, read_text(note.span.path), width - gutter - 3)
    if snippet is None:
        return
    sign, style = mark
    number = str(note.span.line).rjust(gutter)
    label = printable(note.label)
    fits = snippet.start + snippet.length + 1 + width_of(label) <= width - gutter - 3
    yield line(Piece(f"{margin} |", "accent"))
    yield line(Piece(f"{number} | ", "accent"), snippet.text)
    marks = Piece(sign * snippet.length + (f" {label}" if label and fits else ""), style)
    yield line(Piece(f"{margin} | ", "accent"), " " * snippet.start, marks)
    if label and not fits:
        start = max(0, min(snippet.start, width - gutter - 3 - width_of(label)))
        yield line(Piece(f"{margin} | ", "accent"), " " * start, Piece(label, style))


def _snippet(span: Span, text: str | None, width: int) -> Snippet | None:
    """The line of the span with its marked columns; a long line is cut around them."""
    lines = text.split("\n") if text is not None else []
    if not 1 <= span.line <= len(lines):
        return None
    raw = lines[span.line - 1].rstrip("\r")
    if not raw.strip() or span.column > len(raw) + 1:
        return None
    width = max(width, 20)
    cut_off, raw = _near(raw, span.column - 1, width)
    at = span.column - 1 - cut_off
    start = width_of(_shown(raw[:at], 0))
    length = max(1, width_of(_shown(raw[at : at + span.end - span.start], start)))
    return _windowed(_shown(raw, 0), start, length, width)


def _near(raw: str, place: int, width: int) -> tuple[int, str]:
    """The part of a very long line around the place, and its offset: a line may be a whole file."""
    most = 8 * width
    begin = max(0, place - most) if len(raw) > 2 * most else 0
    return begin, raw[begin : place + most] if len(raw) > 2 * most else raw


def _shown(text: str, column: int) -> str:
    """The text with tabs as spaces (`column` is where it begins) and without control characters."""
    shown: list[str] = []
    for character in text:
        piece = " " * (TAB - column % TAB) if character == "\t" else printable(character)
        shown.append(piece)
        column += width_of(piece)
    return "".join(shown)


def _windowed(text: str, start: int, length: int, width: int) -> Snippet:
    """`width` columns of the text that include the marked ones and some before them."""
    whole = width_of(text)
    if whole <= width:
        return Snippet(text, start, length)
    left = 0 if start + length < width else max(0, start - width // 3)
    kept = _between(text, left, left + width - 2)
    head = "…" if left else ""
    tail = "…" if left + width_of(kept) < whole else ""
    inside = start - left + len(head)
    return Snippet(head + kept + tail, inside, max(1, min(length, width_of(head + kept) - inside)))


def _between(text: str, left: int, right: int) -> str:
    """The characters that are completely between two columns."""
    kept: list[str] = []
    column = 0
    for character in text:
        if left <= column and column + width_of(character) <= right:
            kept.append(character)
        column += width_of(character)
    return "".join(kept)
