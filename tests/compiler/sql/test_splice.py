from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetc.compiler.sql.splice import Replacement, splice


def test_replacements_keep_everything_else() -> None:
    spliced = splice("select * from a join b", [Replacement(21, 22, "x.b"), Replacement(14, 15, "x.a")])
    assert spliced.text == "select * from x.a join x.b"
    assert spliced.old_offset(0) == 0
    assert spliced.old_offset(spliced.text.index("join")) == 16
    assert spliced.old_offset(spliced.text.index("x.b") + 2) == 21


def test_two_insertions_at_one_place_keep_their_order() -> None:
    assert splice("ab", [Replacement(1, 1, "1"), Replacement(1, 1, "2")]).text == "a12b"


def test_overlapping_replacements_are_our_fault() -> None:
    with pytest.raises(ValueError, match="overlap"):
        splice("abcdef", [Replacement(0, 3, ""), Replacement(2, 4, "")])


@given(
    st.text(max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5), st.text(max_size=4)), max_size=6),
)
def test_kept_characters_map_to_themselves(text: str, drawn: list[tuple[int, int, str]]) -> None:
    replacements: list[Replacement] = []
    position = 0
    for start, length, new in sorted(drawn):
        begin = max(start, position)
        end = min(begin + length, len(text))
        if begin <= end:
            replacements.append(Replacement(begin, end, new))
            position = end
    spliced = splice(text, replacements)
    for piece, following in zip(spliced.pieces, (*spliced.pieces[1:], None), strict=True):
        stop = len(spliced.text) if following is None else following.start
        for offset in range(piece.start, stop):
            old = spliced.old_offset(offset)
            if piece.kept:
                assert text[old] == spliced.text[offset]
            else:
                assert old == piece.old_start
