"""What a materialization is given: one asset, what it holds, and what the warehouse has and can do."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.abilities import Abilities
from assetc.compiler.asset import DeclaredColumn
from assetc.compiler.config import AssetConfig
from assetc.compiler.operation import RelationKind, SeedColumn
from assetc.compiler.place import Span
from assetc.definitions.relation import Relation

LEDGER_NAME = "assetc_ledger"


class Query(Struct, frozen=True):
    """The rows of an SQL query."""

    sql: str


class CsvFile(Struct, frozen=True):
    """The rows of a CSV file; an empty one has no columns. `path` is absolute, `file` as diagnostics show it."""

    path: str
    file: str
    columns: tuple[SeedColumn, ...] = ()


class TableValue(Struct, frozen=True):
    """The rows of a value that a Python asset returned: a frame, a relation, a list of dicts."""

    value: object


Content: TypeAlias = Query | CsvFile | TableValue


class Build(Struct, frozen=True):
    """One asset to bring up to date in the warehouse.

    `existing` is the kind of the relation that exists now. `ledger` is the table in which a step that
    must not be repeated is recorded; None: it is not. `own_strategies` are those that macros of the project render.
    `guards_rows`: rows that would be doubled or changed on their way into the table end the step.
    """

    relation: Relation
    content: Content
    config: AssetConfig
    abilities: Abilities
    step_id: str
    existing: RelationKind | None = None
    full_refresh: bool = False
    ledger: Relation | None = None
    columns: tuple[DeclaredColumn, ...] = ()
    span: Span | None = None
    own_strategies: tuple[str, ...] = ()
    guards_rows: bool = True

    @property
    def beside(self) -> Relation:
        """Where the data are staged, beside the relation."""
        return replace(self.relation, name=staged_name(self.relation.name))

    @property
    def temporary(self) -> Relation:
        """Where new rows are staged in a temporary table of the session."""
        return Relation(None, None, staged_name(self.relation.name))

    def place(self, *keys: str) -> Span | None:
        """The place of the first of these keys that is configured; else of the asset."""
        places = dict(self.config.places)
        return next((places[key] for key in keys if key in places), self.span)

    def declared_type(self, name: str) -> str:
        """The type that a property file gives a column; empty if none does."""
        return next((column.type or "" for column in self.columns if column.name.casefold() == name.casefold()), "")

    @property
    def rebuilds(self) -> bool:
        """Whether an incremental asset is built as a whole."""
        return self.config.refreshes(asked=self.full_refresh) or self.existing != "table"


def staged_name(name: str) -> str:
    """The name under which the data of a relation are staged: always the same, and no user's."""
    return f"{name}__assetc_new"


def ledger_for(relation: Relation, schema: str) -> Relation:
    """The ledger that is written in one transaction with `relation`: in the same database."""
    return Relation(relation.database, schema, LEDGER_NAME)
