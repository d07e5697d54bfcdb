"""Members that ask the warehouse: statement, run_query, load_result; and api."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from assetc.compiler.template.members.relation import ColumnValue, RelationValue
from assetc.compiler.template.members.table_value import Table, table_of
from assetc.compiler.template.rendering import Rendering
from assetc.definitions.relation import Relation


def run_query(rendering: Rendering) -> Callable[[str], object]:
    """`run_query(sql)`: the result as a table."""

    def run_query(sql: str) -> object:
        return ask_query(rendering, sql)

    return run_query


def ask_query(rendering: Rendering, sql: object) -> object:
    """The result of a query; before values can be known, something that stands for any value."""
    if not rendering.may_ask():
        return rendering.unknown("the result of a query is not known yet")
    return table_of(rendering.ask.query(str.__str__(str(sql))))


def statement(rendering: Rendering) -> Callable[..., str]:
    """`{% call statement(name, fetch_result=True) %}sql{% endcall %}`."""

    def statement(
        name: str | None = None,
        fetch_result: object = False,  # noqa: FBT002  dbt's signature
        auto_begin: object = True,  # noqa: FBT002
        language: str = "sql",
        caller: Callable[[], str] | None = None,
    ) -> str:
        if rendering.may_ask() and caller is not None:
            table = table_of(rendering.ask.query(str.__str__(caller())))
            if name is not None:
                rendering.results[name] = _result("OK", table)
        return ""

    return statement


def load_result(rendering: Rendering) -> Callable[[str], object]:
    """`load_result(name)`: what a statement gave."""

    def load_result(name: str) -> object:
        if rendering.surroundings.flags.execute:
            return rendering.results.get(name)
        rendering.findings.needs_warehouse = True
        return rendering.unknown("the result of a statement is not known yet")

    return load_result


def store_result(rendering: Rendering) -> Callable[..., str]:
    """`store_result(name, response, agate_table)`."""

    def store_result(name: str, response: object = None, agate_table: object = None) -> str:
        rendering.results[name] = _result(response, agate_table)
        return ""

    return store_result


def _result(response: object, table: object) -> dict[str, object]:
    rows = table.rows if isinstance(table, Table) else ()
    return {"response": response, "data": [list(row) for row in rows], "table": table}


class RelationFactory(Struct, frozen=True):
    """`api.Relation`."""

    _quote: Callable[[str], str]

    Table, View, CTE = "table", "view", "cte"

    def create(
        self,
        database: str | None = None,
        schema: str | None = None,
        identifier: str = "",
        type: str | None = None,
        **_: object,
    ) -> RelationValue:
        """A relation of these parts."""
        return RelationValue(Relation(database, schema, identifier), type, self._quote)


class ColumnFactory(Struct, frozen=True):
    """`api.Column`."""

    _quote: Callable[[str], str]

    def __call__(self, column: str, dtype: str = "", **_: object) -> ColumnValue:
        """A column of this name and type."""
        return ColumnValue(column, dtype, self._quote)

    def create(self, name: str, label_or_dtype: str = "") -> ColumnValue:
        """A column of this name and type."""
        return self(name, label_or_dtype)

    def translate_type(self, dtype: str) -> str:
        """The type as the warehouse writes it."""
        return dtype


class Api(Struct, frozen=True):
    """`api`."""

    Relation: RelationFactory
    Column: ColumnFactory


def api(rendering: Rendering) -> Api:
    """`api.Relation` and `api.Column`."""
    return Api(RelationFactory(rendering.surroundings.warehouse.quote), column(rendering))


def column(rendering: Rendering) -> ColumnFactory:
    """`column`: the same as `api.Column`."""
    return ColumnFactory(rendering.surroundings.warehouse.quote)
