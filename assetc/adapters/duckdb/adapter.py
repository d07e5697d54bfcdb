"""DuckDB, the embedded warehouse. What renders operations, and the driver, are imported when they are needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from assetc.adapters.duckdb import naming, options
from assetc.adapters.duckdb.judge import DuckDbJudge
from assetc.adapters.protocol import Identity, Misfit, Statement, Warehouse
from assetc.compiler.abilities import Abilities

if TYPE_CHECKING:
    from assetc.compiler.operation import Operation, SeedColumn
    from assetc.definitions.relation import Relation


class DuckDbOutput(Struct, frozen=True):
    """A database file, and how it is opened."""

    options: options.Options

    def __repr__(self) -> str:
        return "<DuckDbOutput>"

    @property
    def identity(self) -> Identity:
        """Which database file this is."""
        return Identity("duckdb", self.options.path, self.options.database, self.options.schema)

    def stamp(self) -> str | None:
        """What the database's files say about whether anybody wrote to them."""
        return options.stamp_of(self.options)

    def connect(self) -> Warehouse:
        """Open the database. Raises WarehouseError that says what is wrong and what to do."""
        from assetc.adapters.duckdb.connect import open_warehouse  # the driver is imported only here

        return open_warehouse(self.options)


class DuckDbAdapter:
    """The adapter of type `duckdb`."""

    name = "duckdb"
    dialect = "duckdb"
    fields = options.FIELDS
    unread = options.UNREAD
    judge = DuckDbJudge()
    quote, name_of, folded = staticmethod(naming.quote), staticmethod(naming.name_of), staticmethod(naming.folded)
    abilities = Abilities(atomic="ddl", strategies=("append", "delete+insert", "merge"), local_frames=True)

    def parse(self, fields: Mapping[str, object], root: str) -> DuckDbOutput | tuple[Misfit, ...]:
        """The output that these fields say, or what is wrong with them."""
        read = options.read_options(fields, root)
        return DuckDbOutput(read) if isinstance(read, options.Options) else read

    def type_of(self, column: SeedColumn) -> str:
        """The configured type, else the one that the values allow, which is DuckDB's."""
        return column.configured or column.type

    def render(self, operation: Operation) -> tuple[Statement, ...]:
        """The statements of an operation."""
        from assetc.adapters.duckdb.render import render

        return render(operation)

    def ledger_query(self, ledger: Relation, step_ids: Iterable[str]) -> str:
        """The query that returns those of the step ids that the ledger holds."""
        from assetc.adapters.duckdb.render import ledger_query

        return ledger_query(ledger, step_ids)


adapter = DuckDbAdapter()
