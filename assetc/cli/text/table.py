"""Rows as a table of text, as wide as there is room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from assetc.cli.text.json_text import text_of_bytes
from assetc.cli.text.output import Fields, Output
from assetc.cli.text.text import Line, Piece, cut, cut_before_end, line, printable, width_of
from assetc.cli.text.words import plural

WIDEST = 60
NARROWEST = 8
"""A column that holds more is not cut to less than this: it would say nothing."""

GAP = "  "


class Cell(Struct, frozen=True):
    """What is shown of a value. A missing one is not a text: not one that is empty, and not the word."""

    text: str
    is_missing: bool = False


class Table(Struct, frozen=True):
    """Names and rows; of a text that is cut, `keeps_end` shows the end, which says most of a path or a name."""

    names: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    missing: str = ""
    keeps_end: bool = False

    def column(self, at: int) -> list[object]:
        """The values of a column."""
        return [row[at] for row in self.rows]


def give_rows(output: Output, names: Sequence[str], rows: Sequence[Fields], *, as_json: bool) -> None:
    """Print the rows as one list of JSON, or as a table under these names if there are any."""
    if as_json:
        output.give_json(rows)
    elif rows:
        give_listing(output, names, [tuple(row.values()) for row in rows])


def give_listing(output: Output, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table of what assetc knows, without the columns in which nothing stands."""
    used = [at for at in range(len(names)) if any(row[at] not in (None, "") for row in rows)]
    kept = [tuple(row[at] for at in used) for row in rows]
    give_table(output, Table(tuple(names[at] for at in used), kept, keeps_end=True))


def give_table(output: Output, table: Table) -> None:
    """Print a table; say how many columns there is no room for."""
    widths = widths_of(table, output.room)
    output.give(table_lines(table, widths))
    hidden = len(table.names) - len(widths)
    if hidden:
        first = ", ".join(map(printable, table.names[len(widths) :][:3]))
        more = " ..." if hidden > 3 else ""
        note = f"{plural(hidden, 'column')} not shown for want of room ({first}{more}): --json shows all"
        output.say([line(Piece(note, "quiet"))])


def widths_of(table: Table, room: int | None) -> list[int]:
    """The widths of the columns that there is room for, the first ones; texts are cut before a column is left out."""
    natural = [_natural_width(table, at) for at in range(len(table.names))]
    least = [width if _is_numeric(table.column(at)) else min(width, NARROWEST) for at, width in enumerate(natural)]
    if room is None:
        return natural
    count = next((n for n in range(len(natural), 1, -1) if _total(least[:n]) <= room), min(len(natural), 1))
    widths = natural[:count]
    while _total(widths) > room and (at := _widest(widths, least)) is not None:
        widths[at] -= 1
    return widths if count > 1 else [min(width, room) for width in widths]


def _natural_width(table: Table, at: int) -> int:
    texts = (width_of(_cell(value, table).text) for value in table.column(at))
    return max([width_of(printable(table.names[at])), *texts])


def _widest(widths: list[int], least: list[int]) -> int | None:
    """The widest column that may be narrower."""
    cuttable = [at for at, width in enumerate(widths) if width > least[at]]
    return max(cuttable, key=lambda at: (widths[at], at), default=None)


def _total(widths: list[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def table_lines(table: Table, widths: Sequence[int]) -> Iterator[Line]:
    """The names, a rule, and the rows; numbers to the right."""
    numeric = [bool(table.rows) and _is_numeric(table.column(at)) for at in range(len(widths))]
    heads = [Piece(printable(name), "strong") for name in table.names]
    yield _row_line(heads, widths, numeric, table)
    yield line(Piece(GAP.join("─" * width for width in widths), "quiet"))
    for row in table.rows:
        cells = [_cell(value, table) for value in row]
        pieces = [Piece(cell.text, "quiet" if cell.is_missing else "") for cell in cells]
        yield _row_line(pieces, widths, numeric, table)


def _row_line(pieces: Sequence[Piece], widths: Sequence[int], numeric: Sequence[bool], table: Table) -> Line:
    parts: list[Piece] = []
    shorten = cut_before_end if table.keeps_end else cut
    for piece, width, to_right in zip(pieces, widths, numeric, strict=False):
        text = shorten(piece.text, width)
        space = " " * (width - width_of(text))
        gap = GAP if parts else ""
        parts += [Piece(gap + space), Piece(text, piece.style)] if to_right else [Piece(gap), Piece(text, piece.style)]
        parts += [] if to_right else [Piece(space)]
    while parts and not parts[-1].text.strip():
        parts.pop()
    return tuple(part for part in parts if part.text)


def _cell(value: object, table: Table) -> Cell:
    if value is None:
        return Cell(table.missing, is_missing=True)
    if isinstance(value, bytes | bytearray | memoryview):
        return Cell(cut(text_of_bytes(value), WIDEST))
    text = cut(printable(str(value).replace("\n", "⏎")), WIDEST)
    return Cell(f"'{text}'" if table.missing and text == table.missing else text)


def _is_numeric(values: Sequence[object]) -> bool:
    return all(map(_is_number, values))


def _is_number(value: object) -> bool:
    return value is None or (not isinstance(value, bool | str) and hasattr(value, "__float__"))
