"""Where assets and sources live: their keys, their logical names, and their relations in the target."""

from __future__ import annotations

from assetc.compiler.asset import Asset, Source
from assetc.compiler.config import AssetConfig
from assetc.compiler.names.names import LogicalName
from assetc.compiler.place import Span
from assetc.compiler.project import DeclaredSource, Project, Settings, Target
from assetc.compiler.sql.fold import fold
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

KEEPS_CASE = frozenset({"duckdb", "bigquery", "mysql", "clickhouse", "sqlite"})
"""Dialects whose warehouses store an unquoted name as it was written."""


def logical_name_of(project: Project, asset: Asset) -> LogicalName:
    """The logical name of an asset: as configured, or that of its relation where a macro has put it elsewhere."""
    if asset.relation not in (None, relation_of(project, asset.key, asset.config)):
        return logical_name_of_relation(project.target, asset.relation)
    database, schema, name = _parts(asset.key, asset.config)
    return logical_name_of_relation(project.target, Relation(database or project.target.database, schema, name))


def logical_name_of_relation(target: Target, relation: Relation) -> LogicalName:
    """The logical name of what is looked up by the very name that it has in the target."""
    return LogicalName(
        database=fold_name(target, relation.database or ""),
        schema=fold_name(target, relation.schema or target.schema),
        name=fold_name(target, relation.name),
    )


def relation_of(project: Project, key: AssetKey, config: AssetConfig) -> Relation:
    """The relation of an asset in the project's target."""
    database, schema, name = _parts(key, config)
    return Relation(
        database=stored(project.target, database) if database else project.target.database,
        schema=_physical_schema(project.settings, project.target, schema),
        name=stored(project.target, name),
    )


def written_relation(settings: Settings, target: Target, parts: tuple[str, ...]) -> Relation:
    """The relation in the target of a name that the body of a Python asset creates."""
    schema = parts[-2] if len(parts) > 1 and parts[-2] else None
    database = parts[-3] if len(parts) > 2 and parts[-3] else target.database
    if schema in {fold_name(target, other) for _, other in target.others}:
        schema = None
    if database in {fold_name(target, other) for other, _ in target.others}:
        database = target.database
    return Relation(database, _physical_schema(settings, target, schema), parts[-1])


def fold_name(target: Target, name: str) -> str:
    """A name as the target's dialect folds an unquoted table name."""
    return fold(target.dialect, name, quoted=False)


def stored(target: Target, name: str) -> str:
    """A name as the target's warehouse stores it when it is written without quotes."""
    return name if target.dialect in KEEPS_CASE else fold_name(target, name)


def _parts(key: AssetKey, config: AssetConfig) -> tuple[str | None, str | None, str]:
    """Database, schema and name as configured; a configured prefix of the key stands for what is not."""
    prefix = config.key_prefix
    schema = config.schema or (prefix[-1] if prefix else None)
    database = config.database or (prefix[-2] if len(prefix) > 1 else None)
    return database, schema, config.alias or key.name


def _physical_schema(settings: Settings, target: Target, schema: str | None) -> str:
    if schema is None:
        return target.schema
    if settings.schemas == "prefixed":
        return f"{target.schema}_{stored(target, schema)}"
    return stored(target, schema)


def declared_source(project: Project, declared: DeclaredSource) -> Source:
    """A table of a `sources:` entry. The default source has bare keys and lives in the target's schema."""
    target = project.target
    is_default = declared.source == project.settings.default_source
    schema = declared.schema or (target.schema if is_default else stored(target, declared.source))
    relation = Relation(declared.database or target.database, schema, declared.identifier)
    return Source(
        key=AssetKey((declared.table,) if is_default else (declared.source, declared.table)),
        relation=relation,
        span=declared.span,
        source_name=declared.source,
        package=project.package_of(declared.span.path).name,
        description=declared.description,
        columns=declared.columns,
        tags=_tags(declared),
        meta=tuple(_meta(declared).items()),
    )


def implicit_source(project: Project, parts: tuple[str, ...], span: Span) -> Source:
    """A table that SQL reads and nobody declares; its key is its name as the dialect folds it."""
    target = project.target
    present = tuple(part for part in parts if part)
    schema = present[-2] if len(present) > 1 else target.schema
    database = present[-3] if len(present) > 2 else target.database
    relation = Relation(database, schema, present[-1])
    return Source(AssetKey(present), relation, implicit=True, span=span, package=project.name)


def _tags(declared: DeclaredSource) -> tuple[str, ...]:
    found = (entry.value for entry in declared.config if entry.key == "tags")
    return tuple(dict.fromkeys(str(tag) for tags in found for tag in (tags if isinstance(tags, list) else [tags])))


def _meta(declared: DeclaredSource) -> dict[str, object]:
    found = (entry.value for entry in declared.config if entry.key == "meta" and isinstance(entry.value, dict))
    return {key: value for meta in found for key, value in meta.items()}
