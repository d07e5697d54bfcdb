"""How DuckDB writes and compares names."""

from __future__ import annotations

from assetc.definitions.relation import Relation


def quote(identifier: str) -> str:
    """The identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def name_of(relation: Relation) -> str:
    """The full name, every part quoted."""
    return ".".join(map(quote, relation.parts()))


def folded(relation: Relation) -> Relation:
    """The relation in lower case: names are kept as written and compared without case."""
    database, schema = relation.database, relation.schema
    return Relation(database and database.lower(), schema and schema.lower(), relation.name.lower())
