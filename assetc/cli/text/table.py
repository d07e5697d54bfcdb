"""Rows as a table of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assetc.cli.text.output import Fields, Output
from assetc.cli.text.text import Line, Piece, cut, line, printable, width_of

WIDEST = 60


def give_rows(output: Output, names: Sequence[str], rows: Sequence[Fields], *, as_json: bool) -> None:
    """Print the rows as one list of JSON, or as a table under these names if there are any."""
    if as_json:
        output.give_json(rows)
    elif rows:
        output.give(table_lines(names, [tuple(row.values()) for row in rows]))


def table_lines(names: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[Line]:
    """The names, a rule, and the rows; numbers to the right, nothing for a missing value."""
    texts = [[_text(value) for value in row] for row in rows]
    columns = range(len(names))
    widths = [max([width_of(names[at]), *(width_of(row[at]) for row in texts)], default=0) for at in columns]
    numeric = [bool(rows) and all(_is_number(row[at]) for row in rows) for at in columns]
    heads = [_placed(names[at], widths[at], to_right=numeric[at]) for at in columns]
    yield line(Piece("  ".join(heads).rstrip(), "strong"))
    yield line(Piece("  ".join("─" * width for width in widths), "quiet"))
    for row in texts:
        cells = [_placed(row[at], widths[at], to_right=numeric[at]) for at in columns]
        yield line("  ".join(cells).rstrip())


def _text(value: object) -> str:
    if value is None:
        return ""
    return cut(printable(str(value).replace("\n", "⏎")), WIDEST)


def _is_number(value: object) -> bool:
    return value is None or (not isinstance(value, bool | str) and hasattr(value, "__float__"))


def _placed(text: str, width: int, *, to_right: bool) -> str:
    gap = " " * (width - width_of(text))
    return gap + text if to_right else text + gap
