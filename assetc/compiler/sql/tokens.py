"""Tokens: split into statements, and read word by word where the parser gives up."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import Token, TokenType

from assetc.compiler.sql.fold import fold
from assetc.compiler.sql.script_state import Parts, ScriptState, sqlglot_dialect

STRINGS = frozenset({TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.HEREDOC_STRING, TokenType.RAW_STRING})
DEEPEST = 1000
_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_NOT_NAMES = frozenset({*STRINGS, TokenType.L_PAREN, TokenType.R_PAREN, TokenType.COMMA, TokenType.DOT})
_WORD = re.compile(r"\w+")
_FIRST_WORD = re.compile(r"\s*(\w+)\b")


def statements_of(text: str, tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens of each statement, without the semicolons and without empty statements."""
    if ";" not in text:
        return [list(tokens)] if tokens else []
    statements: list[list[Token]] = [[]]
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            if statements[-1]:
                statements.append([])
        else:
            statements[-1].append(token)
    return [statement for statement in statements if statement]


def is_too_deep(text: str, tokens: Sequence[Token]) -> bool:
    """Whether the nesting is deeper than anybody writes: on some Pythons the compiled parser would crash."""
    if text.count("(") + text.count("[") + text.count("{") + text.lower().count("case") <= DEEPEST:
        return False
    depth = 0
    for token in tokens:
        kind = token.token_type
        depth += (kind in _OPENING) - (kind in _CLOSING)
        if depth > DEEPEST:
            return True
    return False


def word(token: Token) -> str:
    """A token as a keyword in upper case; empty for strings and quoted names."""
    quoted = token.token_type == TokenType.IDENTIFIER or token.token_type in STRINGS
    return "" if quoted else str(token.text).upper()


def tokens_after_first_word(dialect: str, text: str) -> tuple[str, list[Token]]:
    """The first word, and the tokens of the rest.

    The tokenizer reads everything after a command's first word as one string, so the word is blanked out.
    """
    match = _FIRST_WORD.match(text)
    if match is None:
        return "", list(sqlglot_dialect(dialect).tokenize(text))
    blank = " " * match.end()
    return match[1].upper(), list(sqlglot_dialect(dialect).tokenize(blank + text[match.end() :]))


def first_word_offsets(text: str) -> tuple[int, int]:
    """The position of the first word of a statement."""
    match = _FIRST_WORD.match(text)
    return match.span(1) if match is not None else (0, 0)


def is_name(token: Token) -> bool:
    """Whether the token can be one part of a name."""
    if token.token_type in (TokenType.VAR, TokenType.IDENTIFIER):
        return True
    return token.token_type not in _NOT_NAMES and _WORD.fullmatch(token.text) is not None


def name_at(script: ScriptState, tokens: Sequence[Token], index: int) -> tuple[Parts, int]:
    """The dotted name that begins at `index`, folded, and the index after it; no parts if there is none."""
    parts: list[str] = []
    while index < len(tokens) and is_name(tokens[index]):
        token = tokens[index]
        parts.append(fold(script.dialect, token.text, quoted=token.token_type == TokenType.IDENTIFIER))
        index += 1
        if index < len(tokens) and tokens[index].token_type == TokenType.DOT:
            index += 1
            continue
        break
    return tuple(parts), index


def offsets_between(tokens: Sequence[Token], start: int, stop: int) -> tuple[int, int]:
    """The characters from the token `start` to the one before `stop`."""
    return tokens[start].start, tokens[stop - 1].end + 1


def closing_index(tokens: Sequence[Token], index: int) -> int:
    """The index after the parenthesis that opens at `index`."""
    depth = 0
    for position in range(index, len(tokens)):
        kind = tokens[position].token_type
        depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
        if depth == 0:
            return position + 1
    return len(tokens)
