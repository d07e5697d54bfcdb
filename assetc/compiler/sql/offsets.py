"""Where a name stands in its text, and where an alias may be added after it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from sqlglot import Token, TokenType, exp

from assetc.compiler.sql.vocabulary import HIVE_FAMILY, words

_DASHED_NAME = re.compile(r"(?:`[^`]+`|[\w-]+)(?:\s*\.\s*(?:`[^`]+`|[\w$*-]+))*")

_HISTORY = re.compile(r"(?:for\s+)?(?:system_time|system_version|timestamp|version)\s+as\s+of\b", re.IGNORECASE)
_HISTORY_CALL = re.compile(r"(?:at|before|changes)\s*\(", re.IGNORECASE)
_SAMPLE = re.compile(r"tablesample\s*\(", re.IGNORECASE)
_PARTITION = re.compile(r"partition\s*\(", re.IGNORECASE)
_ORACLE_HISTORY = re.compile(r"as\s+of\s+(?:timestamp|scn)\b", re.IGNORECASE)

AFTER_TABLE = words(
    """
    where join on using group order having limit union intersect except minus qualify window left
    right inner outer cross full natural lateral semi anti asof positional as pivot unpivot sample
    select returning values with tablesample connect start set when fetch offset for cluster distribute sort
    """
)


def name_offsets(identifiers: Sequence[exp.Expr], dialect: str, text: str) -> tuple[int, int]:
    """The characters of a dotted name, given its parts; (-1, -1) if the parser kept none."""
    starts: list[int] = []
    ends: list[int] = []
    for identifier in identifiers:
        meta = identifier.meta
        start, end = meta.get("start"), meta.get("end")
        if start is not None and end is not None and meta.get("line") is not None:
            starts.append(start)
            ends.append(end)
    if not starts:
        return -1, -1
    first, last = min(starts), max(ends) + 1
    if dialect == "bigquery":  # the parser keeps only the first token of a name with dashes
        match = _DASHED_NAME.match(text, first)
        if match is not None and match.end() > last and "-" in match[0]:
            last = match.end()
    return first, last


def alias_offset(text: str, tokens: Sequence[Token], offsets: tuple[int, int], dialect: str) -> int:
    """Where ` as name` may be written for the table at `offsets`: after its time travel, if any.

    The short query `table orders` takes no alias, which -1 says.
    """
    start, end = offsets
    index = bisect_left(tokens, start, key=_start)
    if index and tokens[index - 1].token_type == TokenType.TABLE:
        return -1
    while True:
        after = _clause_end(text, tokens, end, dialect)
        if after == end:
            return end
        end = after


def _clause_end(text: str, tokens: Sequence[Token], end: int, dialect: str) -> int:
    index = bisect_left(tokens, end, key=_start)
    if index == len(tokens):
        return end
    start = tokens[index].start
    if _HISTORY_CALL.match(text, start) and dialect != "bigquery":
        return _closing(tokens, index + 1)
    if dialect in HIVE_FAMILY and _SAMPLE.match(text, start):
        return _closing(tokens, index + 1)
    if dialect in ("mysql", "doris", "starrocks") and _PARTITION.match(text, start):
        return _closing(tokens, index + 1)
    history = _ORACLE_HISTORY if dialect == "oracle" else _HISTORY
    match = history.match(text, start) if dialect != "bigquery" else None
    if match is None:
        return end
    return _expression_end(text, tokens, bisect_left(tokens, match.end(), key=_start))


def _expression_end(text: str, tokens: Sequence[Token], index: int) -> int:
    depth, end = 0, tokens[index - 1].end + 1
    for position in range(index, len(tokens)):
        token = tokens[position]
        word = text[token.start : token.end + 1].lower()
        if depth == 0 and (word in AFTER_TABLE or word in (",", ")", ";")):
            return end
        if depth == 0 and position > index and _begins_alias(tokens, position):
            return end
        depth += {"(": 1, ")": -1}.get(word, 0)
        end = token.end + 1
    return end


def _begins_alias(tokens: Sequence[Token], index: int) -> bool:
    """Whether a name stands right after a finished value."""
    before, token = tokens[index - 1].token_type, tokens[index].token_type
    finished = (TokenType.NUMBER, TokenType.STRING, TokenType.R_PAREN, TokenType.VAR)
    return token in (TokenType.VAR, TokenType.IDENTIFIER) and before in finished


def _closing(tokens: Sequence[Token], index: int) -> int:
    """The end of the parenthesis that opens at or after `index`."""
    depth = 0
    for token in tokens[index:]:
        if token.token_type == TokenType.L_PAREN:
            depth += 1
        elif token.token_type == TokenType.R_PAREN:
            depth -= 1
            if depth <= 0:
                return int(token.end) + 1
    return int(tokens[-1].end) + 1


def _start(token: Token) -> int:
    return int(token.start)
