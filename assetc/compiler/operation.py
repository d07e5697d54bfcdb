"""What a warehouse is asked to do: small values that an adapter renders to statements.

Where the root project or a package has the macro that renders such an operation in dbt, that macro renders it
(`runtime/steps/macro_calls.py`).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal, TypeAlias

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.place import Span
from assetc.definitions.relation import Relation

RelationKind = Literal["table", "view"]


class Column(Struct, frozen=True):
    """A column of a relation: its name as stored, and its type as the warehouse writes it."""

    name: str
    type: str


class CreateView(Struct, frozen=True):
    """Make `relation` a view of `sql`, whatever the kind of the relation that it replaces."""

    relation: Relation
    sql: str
    existing: RelationKind | None = None


class CreateTable(Struct, frozen=True):
    """Create `relation`, which must not exist yet, as a table holding the rows of `sql`."""

    relation: Relation
    sql: str
    temporary: bool = False


class CreateEmpty(Struct, frozen=True):
    """Create `relation`, which must not exist yet, as a table of these columns without rows."""

    relation: Relation
    columns: tuple[Column, ...]
    temporary: bool = False


class Drop(Struct, frozen=True):
    """Drop `relation` if it exists."""

    relation: Relation
    kind: RelationKind


class Rename(Struct, frozen=True):
    """Give `relation` the name of `to`, which must be free."""

    relation: Relation
    to: Relation
    kind: RelationKind = "table"


class Publish(Struct, frozen=True):
    """Make the table `staged` the relation. Views that read the one that exists stay, as do its grants and comments."""

    staged: Relation
    relation: Relation
    existing: RelationKind | None


class Append(Struct, frozen=True):
    """Insert all rows of `source` into `target`, column by name."""

    target: Relation
    source: Relation
    columns: tuple[str, ...]


class DeleteInsert(Struct, frozen=True):
    """Delete rows of `target` that meet `predicates` and whose key (columns, expressions) is in `source`; insert."""

    target: Relation
    source: Relation
    unique_key: tuple[str, ...]
    columns: tuple[str, ...]
    predicates: tuple[str, ...] = ()


class Merge(Struct, frozen=True):
    """Update the rows of `target` that match `source` by `unique_key`, insert the others."""

    target: Relation
    source: Relation
    unique_key: tuple[str, ...]
    update_columns: tuple[str, ...]
    insert_columns: tuple[str, ...]
    predicates: tuple[str, ...] = ()


class WriteRows(Struct, frozen=True):
    """Bring the rows of `source` into `target` by a strategy of the project's own: its macro alone can render it."""

    strategy: str
    target: Relation
    source: Relation
    unique_key: tuple[str, ...]
    columns: tuple[str, ...]
    predicates: tuple[str, ...] = ()


class AlterColumns(Struct, frozen=True):
    """Add, drop and retype columns of `relation`."""

    relation: Relation
    add: tuple[Column, ...] = ()
    drop: tuple[str, ...] = ()
    retype: tuple[Column, ...] = ()


class SettleTypes(Struct, frozen=True):
    """Give these types to columns of `relation` that hold nothing but NULL, whatever types they have."""

    relation: Relation
    columns: tuple[Column, ...]


class SeedColumn(Struct, frozen=True):
    """A column of a CSV file: the type that its values allow, by DuckDB's name, and the configured one."""

    name: str
    type: str
    configured: str = ""


class LoadSeed(Struct, frozen=True):
    """Create `relation`, which must not exist yet, from the CSV file at `path`; `file` is the path in diagnostics."""

    relation: Relation
    path: str
    delimiter: str
    columns: tuple[SeedColumn, ...]
    file: str = ""


class LoadValue(Struct, frozen=True):
    """Create `relation`, which must not exist yet, from a table value that a Python asset returned."""

    relation: Relation
    value: object
    temporary: bool = False


class CreateSchema(Struct, frozen=True):
    """Create the schema that `relation` lies in, if it does not exist."""

    relation: Relation


class DropSchema(Struct, frozen=True):
    """Drop the schema that `relation` lies in, with all that it holds, if it exists."""

    relation: Relation


class RunSql(Struct, frozen=True):
    """A statement that the user wrote: a hook, which is rendered when its turn comes, or one of a script.

    `title` is what a hook is called, `span` where it was written; a statement of a script has `Hook.before_query`.
    """

    sql: str
    title: str = ""
    span: Span | None = None
    before_query: int | None = None

    @property
    def is_hook(self) -> bool:
        """Whether it is a template of the configuration."""
        return bool(self.title)


class CreateLedger(Struct, frozen=True):
    """Create the ledger table if it does not exist; done serially, before anything runs."""

    ledger: Relation


class WriteLedger(Struct, frozen=True):
    """Record in the warehouse, with the data, that this step was done: resume asks for it."""

    step_id: str
    ledger: Relation


class Describe(Struct, frozen=True):
    """Ask for the columns of `relation`; the answer is a tuple of columns, empty when it does not exist."""

    relation: Relation


class FindEmpty(Struct, frozen=True):
    """Ask which of these columns of `relation` hold nothing but NULL; the answer is those."""

    relation: Relation
    columns: tuple[Column, ...]


class FindChanged(Struct, frozen=True):
    """Ask which of these columns of `relation` hold values that would be others in the types of `into`.

    The answer is those of `into`, whose types are those of the columns at the same place.
    """

    relation: Relation
    columns: tuple[Column, ...]
    into: tuple[Column, ...]


class RefuseRows(Struct, frozen=True):
    """End the step with `fault` if a part of the key is NULL in some rows, or (`repeated`) if rows have one key.

    A part of the key is one of the columns, else an expression. `{count}` in the fault's message is how many there are.
    """

    relation: Relation
    key: tuple[str, ...]
    columns: tuple[str, ...]
    fault: Diagnostic
    repeated: bool = False


class RunChecks(Struct, frozen=True):
    """The moment before publication: checks that read `relation` run in this session, and may stop everything."""

    relation: Relation


class Report(Struct, frozen=True):
    """A fault that only shows while the step runs; an error ends the step and rolls its transaction back."""

    diagnostic: Diagnostic


class Atomically(Struct, frozen=True):
    """Operations that take effect together or not at all. A generator is driven inside, so that it may ask."""

    operations: tuple[Operation, ...] | Operations


Operation: TypeAlias = (
    CreateView | CreateTable | CreateEmpty | Drop | Rename | Publish | Append | DeleteInsert | Merge | WriteRows
    | AlterColumns | SettleTypes | LoadSeed | LoadValue | CreateSchema | DropSchema | RunSql | CreateLedger
    | WriteLedger | Describe | FindEmpty | FindChanged | RefuseRows | RunChecks | Report | Atomically
)  # fmt: skip

Operations: TypeAlias = Generator[Operation, tuple[Column, ...], None]
"""A materialization: it yields operations; the answer to those that ask is sent back, `()` to every other kind."""
