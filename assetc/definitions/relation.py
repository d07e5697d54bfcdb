"""The relation of an asset in one target: a table or view of the warehouse."""

from __future__ import annotations

from msgspec import Struct


class Relation(Struct, frozen=True):
    """The parts of a relation's name as the warehouse stores them. In a body it is bound to the step's session."""

    database: str | None
    schema: str | None
    name: str

    def parts(self) -> tuple[str, ...]:
        """The parts that are present, outermost first."""
        return tuple(part for part in (self.database, self.schema, self.name) if part is not None)
