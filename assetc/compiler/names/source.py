"""Sources: relations that assetc reads and does not build, declared in a property file or found in SQL."""

from __future__ import annotations

from assetc.compiler.asset import Source
from assetc.compiler.names.locate import stored
from assetc.compiler.place import Span
from assetc.compiler.project import DeclaredSource, Project
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation


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
    tags: list[str] = []
    for entry in declared.config:
        if entry.key == "tags":
            tags += [str(tag) for tag in entry.value] if isinstance(entry.value, list) else [str(entry.value)]
    return tuple(dict.fromkeys(tags))


def _meta(declared: DeclaredSource) -> dict[str, object]:
    meta: dict[str, object] = {}
    for entry in declared.config:
        if entry.key == "meta" and isinstance(entry.value, dict):
            meta |= entry.value
    return meta
