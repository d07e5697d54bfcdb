"""Members that ask the warehouse: statement, run_query, load_result, adapter, api."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from assetc.compiler.template.members.relation import ColumnValue, RelationValue, column_value
from assetc.compiler.template.members.table_value import Table, table_of
from assetc.compiler.template.refusal import Refused
from assetc.definitions.relation import Relation

if TYPE_CHECKING:
    from assetc.compiler.template.rendering import Rendering

# fmt: off
_ACTIONS = frozenset({
    "add_query", "alter_column_type", "build_catalog_relation", "cache_added", "cache_dropped",
    "cache_renamed", "check_schema_exists", "commit", "convert_type", "create_schema", "drop_relation",
    "drop_schema", "execute", "expand_target_column_types", "get_catalog_integration",
    "get_column_schema_from_query", "get_columns_in_table", "get_missing_columns",
    "get_partitions_metadata", "list_relations_without_caching", "rename_relation", "run_sql_for_tests",
    "standardize_grants_dict", "submit_python_job", "truncate_relation", "valid_snapshot_target",
})
# fmt: on


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
                rendering.results[name] = _result(table)
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
        rows = agate_table.rows if isinstance(agate_table, Table) else ()
        data = [list(row) for row in rows]
        rendering.results[name] = {"response": response, "data": data, "table": agate_table}
        return ""

    return store_result


def _result(table: Table) -> dict[str, object]:
    return {"response": "OK", "data": [list(row) for row in table.rows], "table": table}


class Adapter:
    """`adapter.*`: what needs no warehouse works always, the rest asks."""

    __slots__ = ("_rendering", "dispatch")

    def __init__(self, rendering: Rendering) -> None:
        self._rendering = rendering
        self.dispatch = rendering.dispatch

    def type(self) -> str:
        """The kind of warehouse."""
        self._rendering.findings.read("dispatch", "")
        return self._rendering.surroundings.warehouse.type

    def quote(self, identifier: str) -> str:
        """An identifier, quoted."""
        return self._rendering.surroundings.warehouse.quote(identifier)

    def quote_as_configured(self, identifier: str, quote_key: str = "") -> str:
        """An identifier, quoted."""
        return self.quote(identifier)

    def quote_seed_column(self, column: str, quote_config: object = None) -> str:
        """A column of a seed, quoted unless that was switched off."""
        return column if quote_config is False else self.quote(column)

    def get_relation(self, database: str | None = None, schema: str | None = None, identifier: str = "") -> object:
        """A relation that exists, else None."""
        if not self._rendering.may_ask():
            return self._rendering.unknown("whether a relation exists is not known yet")
        wanted = Relation(database, schema, identifier)
        kind = self._rendering.ask.kind(wanted)
        return None if kind is None else RelationValue(wanted, kind, self.quote)

    def load_relation(self, relation: RelationValue) -> object:
        """The same relation if it exists, else None."""
        return self.get_relation(relation.database, relation.schema, relation.identifier)

    def get_columns_in_relation(self, relation: object) -> object:
        """The columns of a relation."""
        if not self._rendering.may_ask():
            return []
        if not isinstance(relation, RelationValue):
            raise Refused("E137", "adapter.get_columns_in_relation() takes a relation, such as ref('...')")
        columns = self._rendering.ask.columns(relation.relation)
        return [column_value(column, self.quote) for column in columns]

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name not in _ACTIONS:
            raise AttributeError(name)

        def act(*_: object, **__: object) -> object:
            if not self._rendering.may_ask():
                return self._rendering.unknown(f"adapter.{name}() does nothing yet")
            raise Refused("E131", f"adapter.{name}() is not available to this template", "")

        return act


class RelationFactory:
    """`api.Relation`."""

    __slots__ = ("_quote",)

    Table, View, CTE = "table", "view", "cte"

    def __init__(self, quote: Callable[[str], str]) -> None:
        self._quote = quote

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


class ColumnFactory:
    """`api.Column`."""

    __slots__ = ("_quote",)

    def __init__(self, quote: Callable[[str], str]) -> None:
        self._quote = quote

    def __call__(self, column: str, dtype: str = "", **_: object) -> ColumnValue:
        """A column of this name and type."""
        return ColumnValue(column, dtype, self._quote)

    def create(self, name: str, label_or_dtype: str = "") -> ColumnValue:
        """A column of this name and type."""
        return self(name, label_or_dtype)

    def translate_type(self, dtype: str) -> str:
        """The type as the warehouse writes it."""
        return dtype


class Api:
    """`api.Relation` and `api.Column`."""

    __slots__ = ("Column", "Relation")

    def __init__(self, rendering: Rendering) -> None:
        quote = rendering.surroundings.warehouse.quote
        self.Relation = RelationFactory(quote)
        self.Column = ColumnFactory(quote)


def column(rendering: Rendering) -> ColumnFactory:
    """`column`: the same as `api.Column`."""
    return ColumnFactory(rendering.surroundings.warehouse.quote)


def load_relation(rendering: Rendering) -> Callable[[RelationValue], object]:
    """`load_relation(relation)`."""
    return Adapter(rendering).load_relation
