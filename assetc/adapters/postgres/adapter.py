"""PostgreSQL: everything but `PostgresOutput.connect` is pure, and the driver is imported there alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from assetc.adapters.postgres import naming, options
from assetc.adapters.protocol import Identity, Misfit, Statement, Warehouse, WarehouseError
from assetc.compiler.abilities import Abilities
from assetc.definitions.relation import Relation

if TYPE_CHECKING:
    from assetc.compiler.operation import Operation, SeedColumn


class PostgresOutput(Struct, frozen=True):
    """A database on a server, and how it is opened."""

    options: options.Options

    def __repr__(self) -> str:
        return "<PostgresOutput>"

    @property
    def identity(self) -> Identity:
        """Which database this is."""
        return Identity("postgres", self.options.place, self.options.database, self.options.schema)

    def stamp(self) -> str | None:
        """None: only the server knows whether anybody wrote to it."""
        return None

    def connect(self) -> Warehouse:
        """Open the database. Raises WarehouseError that says what is wrong and what to do."""
        try:
            from assetc.adapters.postgres.connect import open_warehouse
        except ImportError as error:
            if not (error.name or "psycopg").startswith("psycopg"):
                raise
            raise WarehouseError(
                "the driver of PostgreSQL is not installed", hint="Install it: pip install 'assetc[postgres]'"
            ) from error
        return open_warehouse(self.options)


class PostgresAdapter:
    """The adapter of type `postgres`."""

    name = "postgres"
    dialect = "postgres"
    fields = options.FIELDS
    unread: frozenset[str] = frozenset()
    judge = None
    abilities = Abilities(atomic="ddl", strategies=("append", "delete+insert", "merge"), checks_staged=True)

    def parse(self, fields: Mapping[str, object], root: str) -> PostgresOutput | tuple[Misfit, ...]:
        """The output that these fields say, or what is wrong with them."""
        read = options.read_options(fields)
        return PostgresOutput(read) if isinstance(read, options.Options) else read

    def quote(self, identifier: str) -> str:
        """The identifier in double quotes."""
        return naming.quote(identifier)

    def name_of(self, relation: Relation) -> str:
        """The relation's full name in SQL, every part quoted."""
        return naming.name_of(relation)

    def folded(self, relation: Relation) -> Relation:
        """The relation itself: names are compared with case, and those of a project are lower already."""
        return relation

    def type_of(self, column: SeedColumn) -> str:
        """The configured type, else PostgreSQL's name of the one that the values allow."""
        from assetc.adapters.postgres.render import type_of

        return type_of(column)

    def render(self, operation: Operation) -> tuple[Statement, ...]:
        """The statements of an operation."""
        from assetc.adapters.postgres.render import render

        return render(operation)

    def ledger_query(self, ledger: Relation, step_ids: Iterable[str]) -> str:
        """The query that returns those of the step ids that the ledger holds."""
        from assetc.adapters.postgres.render import ledger_query

        return ledger_query(ledger, step_ids)


adapter = PostgresAdapter()
