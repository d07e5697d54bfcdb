"""Answers what a template asks while its step runs, from the step's own session."""

from __future__ import annotations

from msgspec import Struct, field

from assetc.adapters.protocol import Adapter, Canceled, Session, WarehouseError
from assetc.compiler.operation import Column, RelationKind
from assetc.compiler.template.surroundings import QueryFailed
from assetc.definitions.relation import Relation
from assetc.runtime.steps.warehouse_fault import message_and_hint


class SessionAnswer(Struct, frozen=True):
    """The result of a query: the names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


class SessionAnswers(Struct, frozen=True):
    """The `ask` of a render at the moment of a step; it keeps what ended the render, which only sees a fault."""

    session: Session
    adapter: Adapter
    failures: list[WarehouseError | Canceled] = field(default_factory=list)

    def query(self, sql: str) -> SessionAnswer:
        """The result of a statement; empty for one that gives no rows."""
        if not sql.strip():
            return SessionAnswer((), ())
        try:
            columns, rows = self.session.query(sql)
        except (WarehouseError, Canceled) as error:
            self.failures.append(error)
            if isinstance(error, Canceled):
                raise
            raise QueryFailed(*message_and_hint(error)) from error
        return SessionAnswer(tuple(columns), tuple(rows))

    def kind(self, relation: Relation) -> RelationKind | None:
        """What a relation is; a table where only its columns can be seen, None when it does not exist."""
        return "table" if self.session.columns(relation) else None

    def columns(self, relation: Relation) -> tuple[Column, ...]:
        """The columns of a relation."""
        return self.session.columns(relation)
