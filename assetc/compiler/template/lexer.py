"""Jinja's lexer, with the character offset in the user's file where Jinja has the number of a line."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import Lexer

_TAG_BEGINS = frozenset({"variable_begin", "block_begin", "comment_begin", "raw_begin"})
_TAG_ENDS = frozenset({"variable_end", "block_end", "comment_end", "raw_end"})


class OffsetLexer(Lexer):
    """Reads one text, which stands at `start` of a file, and collects the spans of its tags."""

    def __init__(self, lexer: Lexer, start: int) -> None:
        self.__dict__.update(lexer.__dict__)
        self.start = start
        self.tags: list[tuple[int, int]] = []

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        """The tokens of `source`. The lexer drops nothing but white space, so that a search forward finds each."""
        normalized = source.replace("\r\n", "\n").replace("\r", "\n")
        returns = _places_of_returns(source)
        position = begin = 0
        try:
            for _, token, value in super().tokeniter(source, name, filename, state):
                found = normalized.index(value, position)
                offset = self.start + found + bisect_left(returns, found)
                if token in _TAG_BEGINS:
                    begin = offset
                position = found + len(value)
                if token in _TAG_ENDS:
                    stop = found + len(value.rstrip())
                    self.tags.append((begin, self.start + stop + bisect_left(returns, stop)))
                yield offset, token, value
        except TemplateSyntaxError as error:
            error.lineno = self.start + position + bisect_left(returns, position)
            raise


def _places_of_returns(source: str) -> list[int]:
    r"""Where, in the text with normalized line ends, a line end stands that was \r\n in the source."""
    return [match.start() - index for index, match in enumerate(re.finditer("\r\n", source))]
