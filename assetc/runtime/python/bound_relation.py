"""The value of a parameter annotated `Relation`: a table by name, of which nothing is loaded."""

from __future__ import annotations

from typing import Any

from assetc.definitions.relation import Relation
from assetc.runtime.python.connection import BodyConnection
from assetc.runtime.python.warehouse_access import WarehouseAccess


class BoundRelation(Relation, frozen=True):
    """A relation in the step's session; its text is its name as SQL writes it."""

    access: WarehouseAccess

    def __str__(self) -> str:
        return self.access.adapter.name_of(Relation(self.database, self.schema, self.name))

    def execute(self, sql: str, parameters: object = None) -> BodyConnection:
        """Execute any SQL in the session."""
        return BodyConnection(self.access).execute(sql, parameters)

    def query(self, sql: str) -> Any:
        """Any query in the session, not yet read."""
        return BodyConnection(self.access).sql(sql)

    def fetchall(self) -> list[tuple[object, ...]]:
        """All rows of the table."""
        rows: list[tuple[object, ...]] = self._all().fetchall()
        return rows

    def df(self) -> Any:
        """The table as a pandas DataFrame."""
        return self._all().df()

    def pl(self) -> Any:
        """The table as a polars DataFrame."""
        return self._all().pl()

    def arrow(self) -> Any:
        """The table as a pyarrow Table."""
        return self._all().arrow()

    def _all(self) -> Any:
        return BodyConnection(self.access).execute(f"select * from {self}")
