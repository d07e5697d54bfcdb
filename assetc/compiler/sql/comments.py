"""`-- depends_on: name` in comments."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from sqlglot import Token

_LIST = re.compile(r"depends_on\s*:[^\S\n]*", re.IGNORECASE)
_NAME = re.compile(r'(?:[\w$]+|"[^"\n]+"|`[^`\n]+`)(?:\.(?:[\w$]+|"[^"\n]+"|`[^`\n]+`))*')
_SEPARATOR = re.compile(r"[^\S\n]*,[^\S\n]*|[^\S\n]+")


def comment_names(text: str, tokens: Sequence[Token]) -> tuple[tuple[str, int, int], ...]:
    """The names after `depends_on:` in the comments of a text, as written, each with its offsets."""
    if "depends_on" not in text.lower():
        return ()
    starts = [token.start for token in tokens]
    found: list[tuple[str, int, int]] = []
    for match in _LIST.finditer(text):
        index = bisect_right(starts, match.start()) - 1
        if index < 0 or tokens[index].end < match.start():  # not inside a token, so inside a comment
            found.extend(_names(text, match.end()))
    return tuple(found)


def _names(text: str, start: int) -> list[tuple[str, int, int]]:
    names: list[tuple[str, int, int]] = []
    while True:
        match = _NAME.match(text, start)
        if match is None:
            break
        names.append((match[0], match.start(), match.end()))
        separator = _SEPARATOR.match(text, match.end())
        if separator is None:
            break
        start = separator.end()
    return names
