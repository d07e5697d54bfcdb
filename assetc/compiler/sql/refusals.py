"""What the parser of a warehouse says against a text, in our words and with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace
from sqlglot import Token
from sqlglot.errors import TokenError

from assetc.compiler.sql.judge import Refusal
from assetc.compiler.sql.problems import PREFIX, misspelled
from assetc.compiler.sql.reading import SqlProblem
from assetc.compiler.sql.script_state import sqlglot_dialect
from assetc.compiler.sql.split import StatementText

_NEAR = re.compile(r'syntax error at or near "(.*)"', re.DOTALL)
_ENDS = "syntax error at end of input"


def refusal_problem(refusal: Refusal, ours: SqlProblem, statement: StatementText, dialect: str) -> SqlProblem:
    """E111 with the better of two messages: ours where both parsers stop at one place, else that of the warehouse."""
    if refusal.offset is None or statement.start + refusal.offset == ours.start:
        return ours
    message, length = _phrase(refusal.message)
    token, tokens = _token_at(statement.sql, refusal.offset, dialect)
    end = token.end + 1 if token is not None else min(refusal.offset + length, len(statement.sql))
    return replace(
        ours,
        message=f"{PREFIX}{message}",
        start=statement.start + refusal.offset,
        end=statement.start + end,
        label="not expected here" if message.startswith("unexpected") else "",
        hint=misspelled(token, tokens) if token is not None else "",
    )


def _phrase(message: str) -> tuple[str, int]:
    """The message, and the length of what it is about."""
    near = _NEAR.match(message)
    if near is not None:
        return f"unexpected {near[1] if len(near[1]) <= 30 else f'{near[1][:27]}...'}", len(near[1])
    if message.startswith(_ENDS):
        return "the text ends too early", 0
    return f"{message[:1].lower()}{message[1:].rstrip('.')}", 1


def _token_at(sql: str, offset: int, dialect: str) -> tuple[Token | None, Sequence[Token]]:
    try:
        tokens = sqlglot_dialect(dialect).tokenize(sql)
    except TokenError:
        return None, ()
    return next((token for token in tokens if token.start == offset), None), tokens
