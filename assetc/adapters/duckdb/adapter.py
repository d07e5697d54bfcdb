"""DuckDB, the embedded warehouse: everything but `connect` is pure.

A command that executes nothing asks for names and identities only: what renders operations is imported when the first
one is rendered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from assetc.adapters.duckdb import naming, options
from assetc.adapters.protocol import Identity, Statement, Warehouse
from assetc.compiler.abilities import Abilities
from assetc.definitions.relation import Relation

if TYPE_CHECKING:
    from assetc.compiler.operation import Operation


class DuckDbAdapter:
    """The adapter of type `duckdb`."""

    name = "duckdb"
    dialect = "duckdb"
    fields = options.FIELDS
    unread = options.UNREAD
    abilities = Abilities(atomic="ddl", strategies=("append", "delete+insert", "merge"), local_frames=True)

    def default_database(self, fields: Mapping[str, object]) -> str | None:
        """The database that a relation without one lives in."""
        return options.database_of(fields)

    def default_schema(self, fields: Mapping[str, object]) -> str:
        """The schema that a relation without one lives in."""
        return options.schema_of(fields)

    def quote(self, identifier: str) -> str:
        """The identifier in double quotes."""
        return naming.quote(identifier)

    def name_of(self, relation: Relation) -> str:
        """The relation's full name in SQL, every part quoted."""
        return naming.name_of(relation)

    def folded(self, relation: Relation) -> Relation:
        """The relation in lower case, because DuckDB compares names without it."""
        return naming.folded(relation)

    def render(self, operation: Operation) -> tuple[Statement, ...]:
        """The statements of an operation."""
        from assetc.adapters.duckdb.render import render

        return render(operation)

    def ledger_query(self, ledger: Relation, step_ids: Iterable[str]) -> str:
        """The query that returns those of the step ids that the ledger holds."""
        from assetc.adapters.duckdb.render import ledger_query

        return ledger_query(ledger, step_ids)

    def identity(self, fields: Mapping[str, object], root: str) -> Identity:
        """Which database file these fields mean."""
        path = str(fields.get("path") or options.MEMORY)
        place = options.absolute_path(path, root)
        return Identity(self.name, place, options.database_of(fields), options.schema_of(fields))

    def stamp(self, fields: Mapping[str, object], root: str) -> str | None:
        """What the database's files tell of whether anybody wrote to them."""
        from assetc.adapters.duckdb.stamp import stamp_of

        return stamp_of(fields, root)

    def connect(self, fields: Mapping[str, object], root: str) -> Warehouse:
        """Open the database. Raises WarehouseError that says what is wrong and what to do."""
        from assetc.adapters.duckdb.connect import open_warehouse  # the driver is imported only here

        return open_warehouse(options.read_options(fields, root))


adapter = DuckDbAdapter()
