"""Which names of CTEs are visible where, by the tokens of a WITH."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sqlglot import Token, TokenType

from assetc.compiler.sql.script_state import Parts, ScriptState
from assetc.compiler.sql.tokens import closing_index, name_at, word

Visible: TypeAlias = frozenset[Parts]
"""The names that mean a CTE."""


def visible_in_bodies(
    script: ScriptState, tokens: Sequence[Token], index: int, outside: Visible
) -> tuple[Visible, dict[int, Visible]]:
    """What is visible after the CTEs of the WITH at `index`, and in the body of each, by the index of its parenthesis.

    A CTE sees those before it; in some dialects all, and itself if it is recursive.
    """
    recursive = index + 1 < len(tokens) and word(tokens[index + 1]) == "RECURSIVE"
    found = list(_ctes(script, tokens, index + 1 + recursive))
    everywhere = outside | {name for name, _ in found}
    rules = script.rules
    if rules.forward or (recursive and rules.recursive_forward):
        return everywhere, {body: everywhere for _, body in found}
    bodies: dict[int, Visible] = {}
    seen = outside
    for name, body in found:
        bodies[body] = seen | {name} if recursive or rules.implicit_recursion else seen
        seen |= {name}
    return everywhere, bodies


def _ctes(script: ScriptState, tokens: Sequence[Token], index: int) -> Iterator[tuple[Parts, int]]:
    """The name of each CTE, and the index at which its body opens."""
    while True:
        name, index = name_at(script, tokens, index)
        index = _after_columns(tokens, index)
        if _words(tokens, index) == ["USING", "KEY"]:
            index = _after_columns(tokens, index + 2)
        if len(name) != 1 or _words(tokens, index)[:1] != ["AS"]:
            return
        while _words(tokens, index)[:1] and word(tokens[index]) in ("AS", "NOT", "MATERIALIZED"):
            index += 1
        if not _opens(tokens, index):
            return
        yield name, index
        index = closing_index(tokens, index)
        if index >= len(tokens) or tokens[index].token_type != TokenType.COMMA:
            return
        index += 1


def _after_columns(tokens: Sequence[Token], index: int) -> int:
    return closing_index(tokens, index) if _opens(tokens, index) else index


def _opens(tokens: Sequence[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].token_type == TokenType.L_PAREN


def _words(tokens: Sequence[Token], index: int) -> list[str]:
    return [word(token) for token in tokens[index : index + 2]]
