"""A session without a warehouse: it keeps the statements that it gets, and answers from what is known already."""

from __future__ import annotations

from typing import NoReturn

from msgspec import Struct, field

from assetc.adapters.protocol import Statement
from assetc.compiler.operation import Column
from assetc.definitions.relation import Relation


class NotKnown(Exception):  # noqa: N818  nothing went wrong
    """What comes now depends on an answer that only the warehouse has."""


class RecordingSession(Struct, eq=False):
    """Takes every relation to have these `columns`; where they are empty, nobody knows any."""

    columns_known: tuple[str, ...] = ()
    statements: list[Statement] = field(default_factory=list)

    native = None

    def execute(self, statement: Statement) -> None:
        """Keep the statement."""
        self.statements.append(statement)

    def warnings(self) -> tuple[str, ...]:
        """Nothing: nobody is there to warn."""
        return ()

    def columns(self, relation: Relation) -> tuple[Column, ...]:
        """The columns that were given. Raises NotKnown where none were."""
        if not self.columns_known:
            raise NotKnown(relation.name)
        return tuple(Column(name, "") for name in self.columns_known)

    def query(self, *_: object, **__: object) -> NoReturn:
        """Raises NotKnown: only a warehouse has the answer."""
        raise NotKnown

    read = write = query

    def begin(self) -> None:
        """Nothing: all that is kept is text."""

    commit = rollback = renew = cancel = close = begin
