"""Relations and columns as templates see them: dbt's words for `Relation` and `Column`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.operation import Column
from assetc.definitions.relation import Relation

_PARTS = ("database", "schema", "identifier")


def quote_with_double_quotes(identifier: str) -> str:
    """An identifier quoted as the SQL standard does."""
    return '"' + identifier.replace('"', '""') + '"'


class RelationValue(Struct, frozen=True):
    """What `ref()`, `source()` and `this` give. Its text is the quoted name, of the parts that are included."""

    relation: Relation
    type: str | None = None
    quote_identifier: Callable[[str], str] = quote_with_double_quotes
    included: tuple[bool, bool, bool] = (True, True, True)
    quoted_parts: tuple[bool, bool, bool] = (True, True, True)

    def __str__(self) -> str:
        return self.render()

    def __repr__(self) -> str:
        return f"<Relation {self.render()}>"

    def __hash__(self) -> int:
        return hash(self.relation)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RelationValue) and self.relation == other.relation

    @property
    def database(self) -> str | None:
        """The database, as the warehouse stores it."""
        return self.relation.database

    @property
    def schema(self) -> str | None:
        """The schema."""
        return self.relation.schema

    @property
    def name(self) -> str:
        """The name."""
        return self.relation.name

    identifier = table = property(attrgetter("relation.name"))
    is_table = property(lambda self: self.type == "table")
    is_view = property(lambda self: self.type == "view")
    is_cte = property(lambda self: self.type == "cte")

    def render(self) -> str:
        """The name in SQL."""
        parts = zip((self.database, self.schema, self.name), self.included, self.quoted_parts, strict=True)
        return ".".join(
            self.quote_identifier(part) if is_quoted else part
            for part, is_included, is_quoted in parts
            if part is not None and is_included
        )

    def include(
        self, *, database: bool | None = None, schema: bool | None = None, identifier: bool | None = None
    ) -> RelationValue:
        """The same relation, written with these parts."""
        return replace(self, included=_policy(self.included, (database, schema, identifier)))

    def quote(
        self, *, database: bool | None = None, schema: bool | None = None, identifier: bool | None = None
    ) -> RelationValue:
        """The same relation, with these parts quoted."""
        return replace(self, quoted_parts=_policy(self.quoted_parts, (database, schema, identifier)))

    def incorporate(self, path: Mapping[str, str] | None = None, type: str | None = None) -> RelationValue:
        """The same relation with other parts or another type."""
        moved = self.replace_path(**path) if path else self
        return replace(moved, type=type or self.type)

    def replace_path(self, **parts: str) -> RelationValue:
        """The same relation with other parts."""
        given = {"name" if key == "identifier" else key: value for key, value in parts.items() if key in _PARTS}
        return replace(self, relation=replace(self.relation, **given))

    def without_identifier(self) -> RelationValue:
        """Its schema."""
        return self.include(identifier=False)

    def matches(self, database: str | None = None, schema: str | None = None, identifier: str | None = None) -> bool:
        """Whether the given parts are those of this relation."""
        pairs = ((database, self.database), (schema, self.schema), (identifier, self.name))
        return all(want is None or (own or "").casefold() == want.casefold() for want, own in pairs)


def _holds(*types: str) -> Callable[[ColumnValue], bool]:
    """Whether the type of a column, without its size, is one of these."""
    return lambda self: self.dtype.lower().partition("(")[0].strip() in types


class ColumnValue(Struct, frozen=True):
    """A column, as `adapter.get_columns_in_relation` gives it."""

    column: str
    dtype: str
    quote_identifier: Callable[[str], str] = quote_with_double_quotes

    name = property(attrgetter("column"))
    data_type = property(attrgetter("dtype"))
    quoted = property(lambda self: self.quote_identifier(self.column))
    is_string = _holds("text", "varchar", "character varying", "char", "character", "string")
    is_integer = _holds("smallint", "integer", "int", "bigint", "tinyint", "hugeint", "int4", "int8")
    is_float = _holds("real", "float", "float4", "float8", "double", "double precision")
    is_numeric = _holds("numeric", "decimal", "number")

    def is_number(self) -> bool:
        """Whether it holds numbers of any kind."""
        return self.is_integer() or self.is_float() or self.is_numeric()


def column_value(column: Column, quote: Callable[[str], str]) -> ColumnValue:
    """A column of the warehouse for templates."""
    return ColumnValue(column.name, column.type, quote)


def _policy(
    policy: tuple[bool, bool, bool], given: tuple[bool | None, bool | None, bool | None]
) -> tuple[bool, bool, bool]:
    first, second, third = (old if new is None else new for old, new in zip(policy, given, strict=True))
    return first, second, third
