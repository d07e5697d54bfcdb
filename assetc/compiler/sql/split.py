"""Splits a text into its statements, for models of several statements."""

from __future__ import annotations

from msgspec import Struct


class StatementText(Struct, frozen=True):
    """One statement of a text, without its semicolon; `start` is its offset."""

    sql: str
    start: int

    def holds(self, offset: int) -> bool:
        """Whether a character of the text belongs to the statement."""
        return self.start <= offset < self.start + len(self.sql)


def split_statements(sql: str, dialect: str) -> tuple[StatementText, ...]:
    """The statements of a text, each as its author wrote it. A text without a semicolon is not tokenized."""
    if ";" not in sql:
        return (StatementText(sql, 0),)
    from sqlglot.errors import TokenError

    from assetc.compiler.sql.script_state import sqlglot_dialect
    from assetc.compiler.sql.tokens import statements_of

    try:
        tokens = sqlglot_dialect(dialect).tokenize(sql)
    except TokenError:
        return (StatementText(sql, 0),)
    statements = statements_of(sql, tokens)
    return tuple(
        StatementText(sql[statement[0].start : statement[-1].end + 1], statement[0].start) for statement in statements
    )
