"""What a warehouse is asked to do: small values that an adapter renders to statements.

Each kind names, as `dbt_macro`, the global macro that renders it in dbt; when dispatch finds that macro in the
root project or a package, the macro renders the operation instead of the adapter.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from assetc.definitions.relation import Relation

RelationKind = Literal["table", "view"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation: its name as stored, and its type as the warehouse writes it."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class CreateView:
    """Create or replace `relation` as a view of `sql`."""

    dbt_macro: ClassVar[str] = "create_view_as"
    relation: Relation
    sql: str


@dataclass(frozen=True, slots=True)
class CreateTable:
    """Create `relation`, which must not exist yet, as a table holding the rows of `sql`."""

    dbt_macro: ClassVar[str] = "create_table_as"
    relation: Relation
    sql: str
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Drop `relation` if it exists."""

    dbt_macro: ClassVar[str] = "drop_relation"
    relation: Relation
    kind: RelationKind


@dataclass(frozen=True, slots=True)
class Rename:
    """Give `relation` the name of `to`, which must be free."""

    dbt_macro: ClassVar[str] = "rename_relation"
    relation: Relation
    to: Relation
    kind: RelationKind = "table"


@dataclass(frozen=True, slots=True)
class Append:
    """Insert all rows of `source` into `target`, column by name."""

    dbt_macro: ClassVar[str] = "get_incremental_append_sql"
    target: Relation
    source: Relation
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeleteInsert:
    """Delete the rows of `target` whose `unique_key` is in `source` (or that meet `predicates`), then insert."""

    dbt_macro: ClassVar[str] = "get_delete_insert_merge_sql"
    target: Relation
    source: Relation
    unique_key: tuple[str, ...]
    columns: tuple[str, ...]
    predicates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """Update the rows of `target` that match `source` by `unique_key`, insert the others."""

    dbt_macro: ClassVar[str] = "get_merge_sql"
    target: Relation
    source: Relation
    unique_key: tuple[str, ...]
    update_columns: tuple[str, ...]
    insert_columns: tuple[str, ...]
    predicates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlterColumns:
    """Add, drop and retype columns of `relation`."""

    dbt_macro: ClassVar[str] = "alter_relation_add_remove_columns"
    relation: Relation
    add: tuple[Column, ...] = ()
    drop: tuple[str, ...] = ()
    retype: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadSeed:
    """Create `relation`, which must not exist yet, from the CSV file at `path` (absolute)."""

    dbt_macro: ClassVar[str] = "load_csv_rows"
    relation: Relation
    path: str
    delimiter: str
    column_types: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LoadValue:
    """Create `relation`, which must not exist yet, from a table value that a Python asset returned."""

    relation: Relation
    value: object


@dataclass(frozen=True, slots=True)
class RunSql:
    """A statement that the user wrote: a hook, the body of a script model."""

    sql: str


@dataclass(frozen=True, slots=True)
class WriteLedger:
    """Record in the warehouse, with the data, that this step was done: resume asks for it."""

    step_id: str


@dataclass(frozen=True, slots=True)
class Describe:
    """Ask for the columns of `relation`; the answer is a tuple of columns, empty when it does not exist."""

    relation: Relation


@dataclass(frozen=True, slots=True)
class Atomically:
    """Operations that take effect together or not at all: one transaction, or the warehouse's nearest."""

    operations: tuple[Operation, ...]


Operation: TypeAlias = (
    CreateView
    | CreateTable
    | Drop
    | Rename
    | Append
    | DeleteInsert
    | Merge
    | AlterColumns
    | LoadSeed
    | LoadValue
    | RunSql
    | WriteLedger
    | Describe
    | Atomically
)

Operations: TypeAlias = Generator[Operation, tuple[Column, ...], None]
"""A materialization: it yields operations; the answer to `Describe` is sent back, `()` to every other kind."""
