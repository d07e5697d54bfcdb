"""DuckDB's queries that begin with FROM or PIVOT, in the order of clauses that the parser knows everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sqlglot import Token, TokenType

from assetc.compiler.sql.script_state import ScriptState
from assetc.compiler.sql.tokens import word
from assetc.compiler.sql.vocabulary import words

Group: TypeAlias = "list[Token | Group]"
"""The tokens of one level; what stands in parentheses is a group of its own, with the parentheses."""

_PIVOTS = words("PIVOT UNPIVOT PIVOT_WIDER PIVOT_LONGER")
_QUERY_BEGINS = words("SELECT FROM VALUES TABLE INSERT UPDATE DELETE MERGE") | _PIVOTS
_SET_OPERATIONS = words("UNION INTERSECT EXCEPT")
_AFTER_SELECT = words("WHERE HAVING LIMIT OFFSET WINDOW QUALIFY USING SAMPLE FROM") | {"GROUP BY", "ORDER BY"}
_AFTER_PIVOT = words("LIMIT OFFSET") | {"ORDER BY"}


def mend_order(script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """`FROM a JOIN b SELECT c` -> `SELECT c FROM a JOIN b`; `PIVOT ... ORDER BY c` -> a query of the pivot."""
    if script.dialect != "duckdb" or not any(word(token) in _PIVOTS | {"FROM"} for token in tokens):
        return None
    mended = list(_flat(_in_order(tokens)))
    return mended if mended != tokens else None


def _in_order(tokens: Sequence[Token]) -> Group:
    """All groups in the usual order, the innermost first."""
    open_groups: list[Group] = [[]]
    for token in tokens:
        if token.token_type == TokenType.L_PAREN:
            open_groups.append([token])
        elif token.token_type == TokenType.R_PAREN and len(open_groups) > 1:
            opening, *inside = open_groups.pop()
            open_groups[-1].append([opening, *_reordered(inside), token])
        else:
            open_groups[-1].append(token)
    return _reordered([each for group in open_groups for each in group])


def _reordered(group: Group) -> Group:
    """One level, query by query."""
    found: Group = []
    start = 0
    for index in range(len(group) + 1):
        if index == len(group) or _word(group[index]) in _SET_OPERATIONS:
            found += _query(group[start:index])
            start = index
    return found


def _query(group: Group) -> Group:
    """One query; what stands before it (WITH, CREATE ... AS, UNION ALL) stays there."""
    begins = next((index for index, each in enumerate(group) if _word(each) in _QUERY_BEGINS), len(group))
    before, query = group[:begins], group[begins:]
    if not query or (first := _word(query[0])) not in _PIVOTS | {"FROM"}:
        return group
    return before + (_from_last(query) if first == "FROM" else _pivot_inside(query))


def _from_last(query: Group) -> Group:
    select = _index(query, frozenset({"SELECT"}), 1)
    if select == len(query):
        end = _index(query, _AFTER_SELECT - {"USING", "FROM"}, 1)
        return [*_made(query[0], "SELECT"), *_made(query[0], "*"), *query[:end], *query[end:]]
    end = _index(query, _AFTER_SELECT, select + 1)
    return [*query[select:end], *query[:select], *query[end:]]


def _pivot_inside(query: Group) -> Group:
    end = _index(query, _AFTER_PIVOT, 1)
    if end == len(query):
        return query
    first = query[0]
    opening = [made for text in ("SELECT", "*", "FROM", "(") for made in _made(first, text)]
    return [*opening, *query[:end], *_made(first, ")"), *query[end:]]


_KINDS = {
    "SELECT": TokenType.SELECT,
    "*": TokenType.STAR,
    "FROM": TokenType.FROM,
    "(": TokenType.L_PAREN,
    ")": TokenType.R_PAREN,
}


def _made(like: Token | Group, text: str) -> Iterator[Token]:
    """A token at the position of another."""
    if isinstance(like, Token):
        yield Token(_KINDS[text], text, like.line, like.col, like.start, like.end)


def _index(query: Group, wanted: frozenset[str], start: int) -> int:
    return next((index for index in range(start, len(query)) if _word(query[index]) in wanted), len(query))


def _word(each: Token | Group) -> str:
    return word(each) if isinstance(each, Token) else ""


def _flat(group: Group) -> Iterator[Token]:
    stack: list[Iterator[Token | Group]] = [iter(group)]
    while stack:
        each = next(stack[-1], None)
        if each is None:
            stack.pop()
        elif isinstance(each, Token):
            yield each
        else:
            stack.append(iter(each))
