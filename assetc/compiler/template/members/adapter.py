"""`adapter.*` and `load_relation`: what needs no warehouse works always, the rest asks it or acts on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from assetc.compiler.operation import AlterColumns, Column, CreateSchema, Drop, DropSchema, Operation, Rename, RunSql
from assetc.compiler.template.asking import Act, NeedsWarehouse, NoWarehouse
from assetc.compiler.template.members.relation import ColumnValue, RelationValue, column_value
from assetc.compiler.template.members.scopes import dispatch
from assetc.compiler.template.members.table_value import Table, table_of
from assetc.compiler.template.refusal import Refused
from assetc.compiler.template.rendering import Rendering
from assetc.definitions.relation import Relation

# fmt: off
_NOT_BUILT = frozenset({
    "build_catalog_relation", "commit", "convert_type", "get_catalog_integration", "get_column_schema_from_query",
    "get_partitions_metadata", "run_sql_for_tests", "standardize_grants_dict", "submit_python_job",
    "valid_snapshot_target",
})
# fmt: on


class Adapter:
    """dbt's methods by name."""

    __slots__ = ("_rendering", "dispatch")

    def __init__(self, rendering: Rendering) -> None:
        self._rendering = rendering
        self.dispatch = partial(dispatch, rendering)

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

    # What the warehouse holds

    def get_relation(self, database: str | None = None, schema: str | None = None, identifier: str = "") -> object:
        """A relation that exists, else None."""
        if not self._rendering.may_ask():
            return self._rendering.unknown("whether a relation exists is not known yet")
        wanted = Relation(database, schema, identifier)
        kind = self._rendering.ask.kind(wanted)
        return None if kind is None else RelationValue(wanted, kind, self.quote)

    def load_relation(self, relation: RelationValue) -> object:
        """The same relation if it exists, else None."""
        return self.get_relation(relation.database, relation.schema, relation.name)

    def list_relations(self, database: str | None = None, schema: str | None = None) -> object:
        """The relations of a schema."""
        if not self._rendering.may_ask():
            return []
        found = self._rendering.ask.relations(Relation(database, schema, ""))
        return [RelationValue(relation, kind, self.quote) for relation, kind in found]

    def list_relations_without_caching(self, schema_relation: RelationValue) -> object:
        """The relations of the schema that a relation lies in."""
        return self.list_relations(schema_relation.database, schema_relation.schema)

    def check_schema_exists(self, database: str | None, schema: str) -> object:
        """Whether a schema exists."""
        if not self._rendering.may_ask():
            return self._rendering.unknown("whether a schema exists is not known yet")
        literal = schema.lower().replace("'", "''")
        sql = f"select 1 from information_schema.schemata where lower(schema_name) = '{literal}'"
        return bool(self._rendering.ask.query(sql).rows)

    def get_columns_in_relation(self, relation: object) -> object:
        """The columns of a relation."""
        if not self._rendering.may_ask():
            return []
        if not isinstance(relation, RelationValue):
            raise Refused("E137", "adapter.get_columns_in_relation() takes a relation, such as ref('...')")
        columns = self._rendering.ask.columns(relation.relation)
        return [column_value(column, self.quote) for column in columns]

    get_columns_in_table = get_columns_in_relation

    def get_missing_columns(self, from_relation: RelationValue, to_relation: RelationValue) -> object:
        """The columns of the first relation that the second does not have."""
        if not self._rendering.may_ask():
            return []
        held = {column.name.casefold() for column in self._rendering.ask.columns(to_relation.relation)}
        missing = self._rendering.ask.columns(from_relation.relation)
        return [column_value(column, self.quote) for column in missing if column.name.casefold() not in held]

    # What changes the warehouse

    def create_schema(self, relation: RelationValue) -> str:
        """Create the schema that a relation lies in."""
        return self._act("create_schema", lambda: CreateSchema(relation.relation))

    def drop_schema(self, relation: RelationValue) -> str:
        """Drop the schema that a relation lies in, with all that it holds."""
        return self._act("drop_schema", lambda: DropSchema(relation.relation))

    def drop_relation(self, relation: RelationValue) -> str:
        """Drop a relation if it exists."""
        kind = self._rendering.ask.kind(relation.relation) if self._rendering.may_ask() else None
        return "" if kind is None else self._act("drop_relation", lambda: Drop(relation.relation, kind))

    def rename_relation(self, from_relation: RelationValue, to_relation: RelationValue) -> str:
        """Give a relation another name."""

        def rename() -> Operation:
            kind = self._rendering.ask.kind(from_relation.relation) or "table"
            return Rename(from_relation.relation, to_relation.relation, kind)

        return self._act("rename_relation", rename)

    def truncate_relation(self, relation: RelationValue) -> str:
        """Delete all rows of a relation."""
        return self._act("truncate_relation", lambda: RunSql(f"delete from {relation.render()}"))

    def alter_column_type(self, relation: RelationValue, column_name: str, new_column_type: str) -> str:
        """Give a column another type."""
        changed = (Column(column_name, new_column_type),)
        return self._act("alter_column_type", lambda: AlterColumns(relation.relation, retype=changed))

    def expand_target_column_types(self, from_relation: RelationValue, to_relation: RelationValue) -> str:
        """Widen columns of text to hold those of another relation."""
        held = {column.name.casefold(): column_value(column, self.quote) for column in self._columns(to_relation)}
        for column in self._columns(from_relation):
            own = held.get(column.name.casefold())
            if own is not None and own.dtype != column.type and _is_wider(column_value(column, self.quote), own):
                self.alter_column_type(to_relation, own.column, column.type)
        return ""

    def execute(self, sql: str, auto_begin: object = False, fetch: object = False, limit: object = None) -> object:  # noqa: FBT002
        """Execute a statement: a response, and the table of its result where `fetch` asks for it."""
        if not self._rendering.may_ask():
            return ["", self._rendering.unknown("the result of a statement is not known yet")]
        table = table_of(self._rendering.ask.query(str.__str__(str(sql))))
        return ["OK", table if fetch else Table((), table.columns)]

    def add_query(self, sql: str, *_: object, **__: object) -> str:
        """Execute a statement."""
        self.execute(sql)
        return ""

    def cache_renamed(self, *_: object) -> str:
        """Nothing: no relation is cached for templates."""
        return ""

    cache_added = cache_dropped = cache_renamed

    def _columns(self, relation: RelationValue) -> tuple[Column, ...]:
        return self._rendering.ask.columns(relation.relation) if self._rendering.may_ask() else ()

    def _act(self, name: str, operation: Callable[[], Operation]) -> str:
        if self._rendering.may_ask():
            ask = self._rendering.ask
            if isinstance(ask, NoWarehouse):
                raise NeedsWarehouse(f"adapter.{name}()")
            if not isinstance(ask, Act):
                raise Refused("E131", f"adapter.{name}() changes the warehouse, which only a run does")
            ask.perform(operation())
        return ""

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name not in _NOT_BUILT:
            raise AttributeError(name)

        def refuse(*_: object, **__: object) -> object:
            if not self._rendering.may_ask():
                return self._rendering.unknown(f"adapter.{name}() is not built yet")
            raise Refused("E131", f"adapter.{name}() is not built yet", "")

        return refuse


def _is_wider(column: ColumnValue, than: ColumnValue) -> bool:
    sizes = [each.dtype.rpartition("(")[2].rstrip(")") for each in (column, than)]
    texts = column.is_string() and than.is_string()
    return texts and all(size.isdecimal() for size in sizes) and int(sizes[0]) > int(sizes[1])
