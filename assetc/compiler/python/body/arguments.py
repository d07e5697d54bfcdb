"""The arguments of a call, with their nodes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from assetc.compiler.python.body import known_calls
from assetc.compiler.python.body.embedded_sql import assemble
from assetc.compiler.python.follow.machine import Call
from assetc.compiler.python.follow.values import UNKNOWN, Line, Outside, Text, Unknown, Value

Given: TypeAlias = tuple[Value, ast.expr | None]
"""An argument; the node is None if it is not given."""


def arguments(call: Call) -> Iterator[tuple[Value, ast.expr]]:
    """All arguments, the positional ones first."""
    yield from positional_arguments(call)
    for keyword in call.node.keywords:
        if keyword.arg is not None and keyword.arg in call.named:
            yield call.named[keyword.arg], keyword.value


def positional_arguments(call: Call) -> Sequence[tuple[Value, ast.expr]]:
    """The positional arguments; those of `*values` have the node of the call."""
    written = [argument for argument in call.node.args if not isinstance(argument, ast.Starred)]
    if len(written) == len(call.positional):
        return list(zip(call.positional, written, strict=True))
    return [(value, call.node) for value in call.positional]


def argument(call: Call, position: int, keywords: Sequence[str]) -> Given:
    """An argument by keyword, else by position."""
    for keyword in call.node.keywords:
        if keyword.arg in keywords and keyword.arg is not None and keyword.arg in call.named:
            return call.named[keyword.arg], keyword.value
    positional = positional_arguments(call)
    return positional[position] if position < len(positional) else (UNKNOWN, None)


def sql_argument(call: Call) -> Given:
    """The argument that holds SQL: by keyword, else the first that looks like it, else the first."""
    by_keyword = argument(call, len(call.positional), known_calls.SQL_KEYWORDS)
    if by_keyword[1] is not None:
        return by_keyword
    positional = positional_arguments(call)
    for value, node in positional:
        if isinstance(value, Text) and any(looks_like_sql(line) for line in value.lines):
            return value, node
    return positional[0] if positional else (UNKNOWN, None)


def library_of(call: Call) -> str:
    """The library whose function or object is called, as far as it is known."""
    if isinstance(call.callee, Outside):
        return call.callee.name.partition(".")[0]
    return call.callee.library if isinstance(call.callee, Unknown) else ""


def root_name(node: ast.expr) -> str:
    """The variable at which a chain of attributes and calls begins (`context` in `context.a().b`)."""
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def looks_like_sql(line: Line) -> bool:
    """Whether a text can be nothing but SQL."""
    text = assemble(line).text
    return " " in text.strip() and known_calls.SQL_SHAPE.match(text) is not None


def starts_like_sql(line: Line, call: str) -> bool:
    """Whether a text that is given to a call of this name could be a statement."""
    start = known_calls.SQL_AMONG_OTHERS if call in known_calls.LENIENT_SQL_CALLS else known_calls.SQL_START
    return bool(line) and (line[0].is_hole or start.match(assemble(line).text) is not None)
