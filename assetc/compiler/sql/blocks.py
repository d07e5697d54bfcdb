"""Splits procedures into their statements: blocks, branches, loops and handlers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import Token, TokenType

from assetc.compiler.sql.tokens import word
from assetc.compiler.sql.vocabulary import words

_OPENERS = frozenset({"BEGIN", "ATOMIC", "ELSE", "THEN", "DO", "LOOP", "REPEAT", "TRY", "CATCH"})
_CONDITIONS = frozenset({"IF", "WHILE", "ELSEIF", "ELSIF", "FOR", "LET", "UNTIL"})
_CLOSERS = frozenset({"IF", "WHILE", "LOOP", "FOR", "REPEAT", "CASE", "TRY", "CATCH"})

BLOCK_WORDS = _CONDITIONS | {"LOOP", "REPEAT", "EXCEPTION", "BEGIN", "END", "ELSE"}
_STARTS = words(
    """
    SELECT INSERT UPDATE DELETE MERGE WITH CREATE DROP TRUNCATE EXEC EXECUTE CALL COPY SET DECLARE
    RETURN ALTER
    """
)

Tokens = Sequence[Token]


def take_apart(tokens: Tokens) -> list[Tokens] | None:
    """The statements inside a block or a branch, conditions included; None if it is neither."""
    inner = _strip_end(_strip_openers(_strip_end_before(tokens)))
    halves = _halves(inner)
    if halves:
        return halves
    if inner and word(inner[0]) in _CONDITIONS:
        return _take_condition(inner)
    if len(inner) == len(tokens):
        return None
    return [inner] if inner else []


def _strip_openers(tokens: Tokens) -> Tokens:
    start = 0
    while start < len(tokens) and word(tokens[start]) in _OPENERS:
        start += 1
    handled = [index for index, token in enumerate(tokens) if word(token) == "THEN"]
    if start < len(tokens) and word(tokens[start]) == "EXCEPTION" and handled:  # EXCEPTION WHEN ... THEN
        start = handled[0] + 1
    return tokens[start:]


def _strip_end_before(tokens: Tokens) -> Tokens:
    """`END TRY BEGIN CATCH ...`: the rest of a block that a semicolon cut in two."""
    while tokens and word(tokens[0]) == "END":
        tokens = tokens[2:] if len(tokens) > 1 and word(tokens[1]) in _CLOSERS else tokens[1:]
    return tokens


def _halves(tokens: Tokens) -> list[Tokens]:
    """T-SQL needs no semicolon before END TRY, END CATCH and ELSE."""
    depth, cases = 0, 0
    for index, token in enumerate(tokens[:-1]):
        this, following = word(token), word(tokens[index + 1])
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        cases += (this == "CASE") - (this == "END" and cases > 0)
        if index and not depth and (this == "ELSE" and not cases and following in _STARTS | _OPENERS | _CONDITIONS):
            return [tokens[:index], tokens[index:]]
        if index and this == "END" and following in ("TRY", "CATCH"):
            return [tokens[:index], tokens[index:]]
    return []


def begins_block(tokens: Tokens) -> bool:
    """Whether a block or a branch begins or ends here, not a transaction."""
    first = word(tokens[0])
    if len(tokens) < 2:
        return first == "END"
    second = word(tokens[1])
    if first == "END":
        return second not in ("TRANSACTION", "WORK", "CONVERSATION")
    if first == "BEGIN":
        return second in _STARTS | _CONDITIONS | {"TRY", "CATCH", "BEGIN"}
    return first in BLOCK_WORDS


def _strip_end(tokens: Tokens) -> Tokens:
    while tokens:
        if len(tokens) > 1 and word(tokens[-1]) in _CLOSERS and word(tokens[-2]) == "END":
            tokens = tokens[:-2]
        elif word(tokens[-1]) == "LOOP" or (word(tokens[-1]) == "END" and not _ends_case(tokens)):
            tokens = tokens[:-1]
        else:
            return tokens
    return tokens


def _ends_case(tokens: Tokens) -> bool:
    words = [word(token) for token in tokens]
    return words.count("CASE") >= words.count("END")


def _take_condition(tokens: Tokens) -> list[Tokens]:
    depth = 0
    for index, token in enumerate(tokens[1:], 1):
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth == 0 and word(token) in _OPENERS | _STARTS:
            rest = tokens[index:]
            inner = take_apart(rest)
            return [query_of(tokens[1:index]), *([rest] if inner is None else inner)]
    return [query_of(tokens[1:])]


def query_of(condition: Tokens) -> Tokens:
    """The query inside a condition, up to the parenthesis that ends it."""
    for start, token in enumerate(condition):
        if word(token) in ("SELECT", "WITH"):
            depth = 0
            for stop in range(start, len(condition)):
                kind = condition[stop].token_type
                depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
                if depth < 0:
                    return condition[start:stop]
            return condition[start:]
    return ()
