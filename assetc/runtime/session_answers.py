"""Answers what a template asks while its step runs, from the step's own session."""

from __future__ import annotations

from dataclasses import dataclass

from assetc.adapters.protocol import Adapter, Session
from assetc.compiler.operation import Column, RelationKind
from assetc.definitions.relation import Relation


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """The result of a query: the names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class SessionAnswers:
    """The `ask` of a render at the moment of a step."""

    session: Session
    adapter: Adapter

    def query(self, sql: str) -> SessionAnswer:
        """The result of a statement; empty for one that gives no rows."""
        if not sql.strip():
            return SessionAnswer((), ())
        columns, rows = self.session.query(sql)
        return SessionAnswer(tuple(columns), tuple(rows))

    def kind(self, relation: Relation) -> RelationKind | None:
        """What a relation is; a table where only its columns can be seen, None when it does not exist."""
        return "table" if self.session.columns(relation) else None

    def columns(self, relation: Relation) -> tuple[Column, ...]:
        """The columns of a relation."""
        return self.session.columns(relation)
