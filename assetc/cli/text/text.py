"""Lines of text with styles instead of colours, from which all output is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias
from unicodedata import category, east_asian_width

from msgspec import Struct

Style = Literal["", "strong", "quiet", "good", "bad", "warning", "accent", "strong bad", "strong warning"]

_CODES: dict[Style, str] = {
    "": "",
    "strong": "1",
    "quiet": "2",
    "good": "32",
    "bad": "31",
    "warning": "33",
    "accent": "36",
    "strong bad": "1;31",
    "strong warning": "1;33",
}

_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Characters that could move the cursor, colour the screen or change the order of characters."""

_WITHOUT_WIDTH = frozenset({"Mn", "Me", "Cf"})
_JOINED = frozenset(map(chr, (*range(0x1160, 0x1200), *range(0x1F3FB, 0x1F400))))
"""Characters drawn into the one before although their category does not say so: Hangul vowels, skin tones."""


class Piece(Struct, frozen=True):
    """Some characters of one style."""

    text: str
    style: Style = ""


Line: TypeAlias = tuple[Piece, ...]


def line(*parts: Piece | str) -> Line:
    """A line of pieces; plain strings have no style."""
    return tuple(part if isinstance(part, Piece) else Piece(part) for part in parts)


def plain(pieces: Line) -> str:
    """The characters of a line."""
    return "".join(piece.text for piece in pieces)


def coloured(pieces: Line) -> str:
    """The line with the terminal's colour codes."""
    return "".join(
        f"\x1b[{_CODES[piece.style]}m{piece.text}\x1b[0m" if piece.style and piece.text else piece.text
        for piece in pieces
    )


def printable(text: str) -> str:
    """The text with control characters made visible: no text of a user controls the terminal."""
    return text if text.isprintable() else _CONTROLS.sub(lambda match: _visible(ord(match[0])), text)


def _visible(code: int) -> str:
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def width_of(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if category(character) in _WITHOUT_WIDTH or character in _JOINED:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """The text, cut to `width` columns with an ellipsis at its end."""
    if width_of(text) <= width:
        return text
    kept, taken = [], 0
    for character in text:
        taken += _columns(character)
        if taken > width - 1:
            break
        kept.append(character)
    return "".join(kept) + "…" if width > 0 else ""


def cut_before_end(text: str, width: int) -> str:
    """The text, cut to `width` columns after its first third: the end of a long key says most."""
    if width_of(text) <= width or width < 8:
        return cut(text, width)
    head = cut(text, width // 3)
    tail = cut(text[::-1], width - width_of(head) + 1)[-2::-1]
    return head + tail


def padded(text: str, width: int) -> str:
    """The text cut or filled to exactly `width` columns."""
    short = cut_before_end(text, width)
    return short + " " * (width - width_of(short))


def folded(start: Line, parts: list[Line], width: int) -> Iterator[Line]:
    """`start` and the parts with dots between them, on as many lines as the width needs."""
    current, is_first = start, True
    for part in parts:
        joined = (*current, *(() if is_first else (Piece(" · ", "quiet"),)), *part)
        if width_of(plain(joined)) > width and not is_first:
            yield current
            joined = (Piece("  "), *part)
        current, is_first = joined, False
    yield current


def fitted(pieces: Line, width: int) -> Line:
    """The line, cut to `width` columns."""
    kept: list[Piece] = []
    for piece in pieces:
        needed = width_of(piece.text)
        if needed > width:
            kept.append(Piece(cut(piece.text, width), piece.style))
            break
        kept.append(piece)
        width -= needed
    return tuple(kept)
