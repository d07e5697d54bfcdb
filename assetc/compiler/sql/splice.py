"""Replaces pieces of a text and remembers where everything else came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct


class Replacement(Struct, frozen=True):
    """`text` instead of the characters `start` to `end` (exclusive); nothing is removed if they are equal."""

    start: int
    end: int
    text: str


class Piece(Struct, frozen=True):
    """A run of the new text: where it begins there and in the old text, and whether it was kept as it was."""

    start: int
    old_start: int
    kept: bool


class Spliced(Struct, frozen=True):
    """The new text, and the pieces it was made of."""

    text: str
    pieces: tuple[Piece, ...]

    def old_offset(self, offset: int) -> int:
        """Where a character of the new text came from; the start of what it replaced if it is new."""
        index = bisect_right(self.pieces, offset, key=lambda piece: piece.start) - 1
        if index < 0:
            return 0
        piece = self.pieces[index]
        return piece.old_start + (offset - piece.start if piece.kept else 0)


def splice(sql: str, replacements: Sequence[Replacement]) -> Spliced:
    """`sql` with all replacements made, which must not overlap; those at one position keep their order."""
    texts: list[str] = []
    pieces: list[Piece] = []
    length = position = 0
    for replacement in sorted(replacements, key=lambda item: (item.start, item.end)):
        if replacement.start < position:
            raise ValueError(f"replacements overlap at {replacement.start}")
        kept = sql[position : replacement.start]
        pieces.append(Piece(length, position, kept=True))
        pieces.append(Piece(length + len(kept), replacement.start, kept=False))
        texts += [kept, replacement.text]
        length += len(kept) + len(replacement.text)
        position = replacement.end
    pieces.append(Piece(length, position, kept=True))
    texts.append(sql[position:])
    return Spliced("".join(texts), tuple(pieces))
