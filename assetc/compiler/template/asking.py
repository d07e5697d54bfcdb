"""What a template may ask of a warehouse, and what a macro may do to it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from msgspec import Struct

from assetc.compiler.operation import Column, Operation, RelationKind
from assetc.definitions.relation import Relation


class Answer(Struct, frozen=True):
    """The result of a query: the names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


class NeedsWarehouse(Exception):  # noqa: N818  no fault: what a moment cannot give
    """A template asked for something that only an open warehouse knows."""


class QueryFailed(Exception):  # noqa: N818  it becomes a diagnostic with the template's place
    """The warehouse refuses what a template asked, in the warehouse's words."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = "E300"
        self.message = message
        self.hint = hint


class Ask(Protocol):
    """Answers what templates ask a warehouse. Each method may raise NeedsWarehouse or QueryFailed."""

    def query(self, sql: str) -> Answer:
        """The result of a statement."""

    def kind(self, relation: Relation) -> RelationKind | None:
        """What a relation is, None when it does not exist."""

    def columns(self, relation: Relation) -> tuple[Column, ...]:
        """The columns of a relation, empty when it does not exist."""

    def relations(self, schema: Relation) -> tuple[tuple[Relation, RelationKind], ...]:
        """The relations in the database and schema of `schema`; a part that is None matches any."""


@runtime_checkable
class Act(Ask, Protocol):
    """Also changes the warehouse: what a template is given while its step runs."""

    def perform(self, operation: Operation) -> None:
        """Carry out an operation."""


class NoWarehouse:
    """Answers nothing: what a template gets while nothing is connected."""

    def query(self, sql: str) -> Answer:
        """Never answered."""
        raise NeedsWarehouse(f"the result of a query: {' '.join(sql.split())[:60]}")

    def kind(self, relation: Relation) -> RelationKind | None:
        """Never answered."""
        raise NeedsWarehouse(f"whether {'.'.join(relation.parts())} exists")

    def columns(self, relation: Relation) -> tuple[Column, ...]:
        """Never answered."""
        raise NeedsWarehouse(f"the columns of {'.'.join(relation.parts())}")

    def relations(self, schema: Relation) -> tuple[tuple[Relation, RelationKind], ...]:
        """Never answered."""
        raise NeedsWarehouse(f"the relations of {schema.schema or 'the warehouse'}")
