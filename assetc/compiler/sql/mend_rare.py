"""Statements of one warehouse only that the parser refuses, rewritten in words that it knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import Token, TokenType

from assetc.compiler.sql.script_state import ScriptState
from assetc.compiler.sql.tokens import STRINGS, closing_index, name_at, word

_QUERY_WORDS = frozenset({"SELECT", "WITH", "FROM", "VALUES", "TABLE"})


def _mend_merge_delete(_script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """Oracle: MERGE ... UPDATE SET ... WHERE a DELETE WHERE b: which rows are deleted is a condition like the other."""
    if word(tokens[0]) != "MERGE":
        return None
    for index in range(1, len(tokens) - 1):
        if word(tokens[index]) == "DELETE" and word(tokens[index + 1]) == "WHERE" and word(tokens[index - 1]) != "THEN":
            branch = max(before for before in range(index) if word(tokens[before]) in ("UPDATE", "MERGE"))
            if "WHERE" not in _words_outside(tokens[branch:index]):
                return [*tokens[:index], *tokens[index + 1 :]]
            return [*tokens[:index], _made(tokens[index], TokenType.AND, "AND"), *tokens[index + 2 :]]
    return None


def _words_outside(tokens: Sequence[Token]) -> list[str]:
    """The words outside parentheses."""
    found: list[str] = []
    depth = 0
    for token in tokens:
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth == 0:
            found.append(word(token))
    return found


def _mend_update_from(script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """Teradata: UPDATE t FROM s SET ...; the parser takes SET for the alias of s, unless it has one."""
    words = [word(token) for token in tokens]
    if (
        words[0] not in ("UPD", "UPDATE")
        or not {"FROM", "SET"} <= set(words)
        or words.index("SET") < words.index("FROM")
    ):
        return None
    stop = words.index("SET")
    start = max(index for index in range(stop) if words[index] == "FROM" or tokens[index].token_type == TokenType.COMMA)
    parts, after = name_at(script, tokens[:stop], start + 1)
    if not parts or after != stop:
        return None
    name = tokens[stop - 1]
    return [*tokens[:stop], _made(name, TokenType.ALIAS, "AS"), name, *tokens[stop:]]


def _mend_table_input(script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """Trino: f(input => TABLE(t) PARTITION BY x ...): a query is kept, a name becomes one, the rest is dropped."""
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        if not _begins_input(tokens, index):
            kept.append(tokens[index])
            index += 1
            continue
        opening, after = tokens[index + 1], closing_index(tokens, index + 1)
        kept.append(opening)
        if name_at(script, tokens, index + 2)[1] == after - 1:
            words = ((TokenType.SELECT, "SELECT"), (TokenType.STAR, "*"), (TokenType.FROM, "FROM"))
            kept += [_made(opening, kind, text) for kind, text in words]
        kept += tokens[index + 2 : after]
        index = _end_of_argument(tokens, after)
    return kept if kept != tokens else None


def _begins_input(tokens: Sequence[Token], index: int) -> bool:
    """Whether TABLE(...) is an argument here; after FROM or JOIN it is the call itself."""
    if index == 0 or index + 1 >= len(tokens) or word(tokens[index]) != "TABLE":
        return False
    is_argument = tokens[index - 1].token_type in (TokenType.FARROW, TokenType.L_PAREN, TokenType.COMMA)
    return is_argument and tokens[index + 1].token_type == TokenType.L_PAREN


def _end_of_argument(tokens: Sequence[Token], index: int) -> int:
    """The comma or parenthesis after an argument."""
    while index < len(tokens) and tokens[index].token_type not in (TokenType.COMMA, TokenType.R_PAREN):
        index = closing_index(tokens, index) if tokens[index].token_type == TokenType.L_PAREN else index + 1
    return index


def _mend_into_files(script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """StarRocks: INSERT INTO FILES('path' = 's3://...', ...) SELECT ..."""
    words = [word(token) for token in tokens[:4]]
    if words[:3] != ["INSERT", "INTO", "FILES"] or len(tokens) < 4 or tokens[3].token_type != TokenType.L_PAREN:
        return None
    after = closing_index(tokens, 3)
    for index in range(4, after - 2):
        is_path = tokens[index].token_type in STRINGS and tokens[index].text.lower() == "path"
        if is_path and tokens[index + 2].token_type in STRINGS:
            script.add("file_write", (tokens[index + 2].text,), operation="copy")
    return tokens[after:] if after < len(tokens) and word(tokens[after]) in _QUERY_WORDS else None


def _made(like: Token, kind: TokenType, text: str) -> Token:
    """A token at the position of another."""
    return Token(kind, text, like.line, like.col, like.start, like.end)


RARE_MENDERS: tuple[Callable[[ScriptState, list[Token]], list[Token] | None], ...] = (
    _mend_merge_delete,
    _mend_update_from,
    _mend_into_files,
    _mend_table_input,
)
