"""One name at a place where a table is expected, and the columns that are written with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile
from typing import Protocol

from sqlglot import Token, TokenType

from assetc.compiler.sql import vocabulary
from assetc.compiler.sql.offsets import AFTER_TABLE
from assetc.compiler.sql.reading import ColumnPrefix
from assetc.compiler.sql.script_state import Parts, ScriptState
from assetc.compiler.sql.tokens import STRINGS, is_name, name_at, offsets_between, word

_NO_TABLES = vocabulary.words("SET AS SELECT FROM WHERE ON USING VALUES WITH DEFAULT CASCADE UNNEST STDIN")


class Place(Protocol):
    """Where a table is expected."""

    expected: str | None
    temporary: bool
    verb: str

    @property
    def visible(self) -> Collection[Parts]:
        """The names that mean a CTE."""


def add_name(script: ScriptState, tokens: Sequence[Token], index: int, place: Place) -> int:
    """Add the table, the file or the function at `index`, if there is one; the index after it."""
    if tokens[index].token_type in STRINGS:
        if script.dialect == "duckdb" and not place.expected:
            script.add("file_read", (tokens[index].text,), offsets_between(tokens, index, index + 1))
        return index + 1
    parts, after = name_at(script, tokens, index)
    if not parts or word(tokens[index]) in _NO_TABLES:
        return index
    if after < len(tokens) and tokens[after].token_type == TokenType.COLON:  # DuckDB: `from o: orders`
        return add_name(script, tokens, after + 1, place) if after + 1 < len(tokens) else after
    is_call = after < len(tokens) and tokens[after].token_type == TokenType.L_PAREN
    if is_call and not place.expected:
        return _add_call(script, tokens, parts, after)
    offsets = offsets_between(tokens, index, after)
    if place.expected:
        _add_written(script, parts, offsets, place)
    elif parts not in place.visible and not (len(parts) == 1 and _is_no_relation(script, tokens[index])):
        has_alias = _has_alias(tokens, after)
        alias_at = -1 if has_alias or place.verb in ("DESCRIBE", "SUMMARIZE") else script.alias_offset(offsets)
        script.read(parts, offsets, has_alias=has_alias, alias_at=alias_at)
    return after


def _add_written(script: ScriptState, parts: Parts, offsets: tuple[int, int], place: Place) -> None:
    if place.temporary and place.expected == "create":
        script.local[parts] = True
    else:
        script.write(parts, offsets, operation=place.expected or "")


def _is_no_relation(script: ScriptState, token: Token) -> bool:
    """Whether a name without a schema is a table that every session has, or a file."""
    if vocabulary.is_pseudo_table(script.dialect, token.text):
        return True
    is_file = script.dialect == "duckdb" and token.token_type == TokenType.IDENTIFIER
    if is_file and vocabulary.is_file_name(token.text):
        script.add("file_read", (token.text,))
        return True
    return False


def _has_alias(tokens: Sequence[Token], index: int) -> bool:
    index += index < len(tokens) and tokens[index].token_type == TokenType.STAR  # PostgreSQL: all tables that inherit
    if index >= len(tokens) or not is_name(tokens[index]):
        return False
    return word(tokens[index]) == "AS" or word(tokens[index]).lower() not in AFTER_TABLE


def _add_call(script: ScriptState, tokens: Sequence[Token], parts: Parts, opening: int) -> int:
    """A table function, and the files that it reads; what else is inside its parentheses is looked at later."""
    name = parts[-1].lower()
    if name in vocabulary.BARE_NAME_FUNCTIONS:
        start = opening + 1
        start += start < len(tokens) and word(tokens[start]) in ("CHANGES", "VERSION")
        inner, after = name_at(script, tokens, start)
        if inner:
            script.read(inner, offsets_between(tokens, start, after))
    elif name in vocabulary.FILE_FUNCTIONS:
        for path in _leading_strings(tokens[opening + 1 :]):
            script.add("file_read", (path,))
    elif name in vocabulary.NAME_FUNCTIONS:
        for text in _leading_strings(tokens[opening + 1 :]):
            script.add_named(text)
    elif name not in vocabulary.ROW_FUNCTIONS and name not in script.local_functions:
        script.add("table_function", parts)
    return opening


def _leading_strings(tokens: Sequence[Token]) -> Iterator[str]:
    """The string, or those of the list, with which arguments begin."""
    is_list = bool(tokens) and tokens[0].token_type == TokenType.L_BRACKET
    allowed = {*STRINGS, TokenType.COMMA} if is_list else STRINGS
    for token in takewhile(lambda token: token.token_type in allowed, tokens[is_list:]):
        if token.token_type in STRINGS:
            yield str(token.text)


def add_prefixes(script: ScriptState, tokens: Sequence[Token], first: int) -> None:
    """Add the `schema.table` of `schema.table.column`, and of a written table the `table` of `table.column`."""
    named = {
        reference.parts: number
        for number, reference in enumerate(script.references[first:], first)
        if not reference.has_alias and (len(reference.parts) > 1 or reference.kind == "write")
    }
    index = 0
    while named and index < len(tokens):
        parts, after = name_at(script, tokens, index)
        number = named.get(parts[:-1])
        if number is not None and script.offset is not None:
            offsets = script.in_text(*offsets_between(tokens, index, after - 2))
            script.prefixes.append(ColumnPrefix(number, *offsets))
        index = max(after, index + 1)
