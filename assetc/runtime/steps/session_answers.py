"""Answers what a template asks while its step runs, from the step's own session, and acts in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct, field

from assetc.adapters.perform import perform_each
from assetc.adapters.protocol import Adapter, Canceled, Session, WarehouseError
from assetc.compiler.operation import Column, Operation, RelationKind
from assetc.compiler.template.asking import Answer, QueryFailed
from assetc.definitions.relation import Relation
from assetc.runtime.steps.warehouse_fault import message_and_hint

_RELATIONS = "select table_catalog, table_schema, table_name, table_type from information_schema.tables"
_PARTS = (("table_catalog", "database"), ("table_schema", "schema"), ("table_name", "name"))


class SessionAnswers(Struct, frozen=True):
    """The `ask` of a render; it keeps what ended the render, which only sees a fault."""

    session: Session
    adapter: Adapter
    failures: list[WarehouseError | Canceled] = field(default_factory=list)

    def query(self, sql: str) -> Answer:
        """The result of a statement; empty for one that gives no rows."""
        if not sql.strip():
            return Answer((), ())
        with self._kept():
            columns, rows = self.session.query(sql)
        return Answer(tuple(columns), tuple(rows))

    def kind(self, relation: Relation) -> RelationKind | None:
        """What a relation is, None when it does not exist. It is looked up by the parts that are given."""
        return next((kind for _, kind in self.relations(relation)), None)

    def columns(self, relation: Relation) -> tuple[Column, ...]:
        """The columns of a relation. One that does not exist is not asked for: that would end a transaction."""
        if self.kind(relation) is None:
            return ()
        with self._kept():
            return self.session.columns(relation)

    def relations(self, schema: Relation) -> tuple[tuple[Relation, RelationKind], ...]:
        """The relations with these parts, as this session sees them, with what the open transaction has made."""
        given = [(column, getattr(schema, part)) for column, part in _PARTS if getattr(schema, part)]
        where = " and ".join(f"lower({column}) = {_literal(value.lower())}" for column, value in given)
        rows = self.query(f"{_RELATIONS} where {where}" if where else _RELATIONS).rows
        return tuple(
            (Relation(str(database), str(schema), str(name)), "view" if "VIEW" in str(kind) else "table")
            for database, schema, name, kind in rows
        )

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except Canceled as error:
            self.failures.append(error)
            raise
        except WarehouseError as error:
            self.failures.append(error)
            raise QueryFailed(*message_and_hint(error)) from error


class SessionActs(SessionAnswers, frozen=True):
    """Also carries out what a macro does to the warehouse."""

    def perform(self, operation: Operation) -> None:
        """Carry out an operation."""
        with self._kept():
            perform_each((operation,), self.adapter.render, self.session)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
