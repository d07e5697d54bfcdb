"""Builds the indexes in which names are looked up, from all assets and sources of a project."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from functools import partial
from typing import TypeVar

from assetc.compiler.asset import Asset, Source
from assetc.compiler.compilation import WrittenRelation
from assetc.compiler.names.locate import fold_name, logical_name_of, logical_name_of_relation
from assetc.compiler.names.names import Candidates, Fold, Names, inlined_name, schema_of
from assetc.compiler.project import Project
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

Name = TypeVar("Name", bound=Hashable)


def index_names(
    project: Project, assets: Collection[Asset], sources: Collection[Source], written: Iterable[WrittenRelation]
) -> Names:
    """The names of assets and declared sources; the key of an asset wins over that of a source.

    `written` are the relations that the bodies of Python assets create.
    """
    target = project.target
    of_sources = {source.key: logical_name_of_relation(target, source.relation) for source in sources}
    of_assets = {asset.key: logical_name_of(project, asset) for asset in assets}
    logical_names = of_sources | of_assets
    fold = partial(fold_name, target)
    default_schema = fold_name(target, target.schema)
    default_database = fold_name(target, target.database) if target.database else None
    others = tuple((fold_name(target, database), fold_name(target, schema)) for database, schema in target.others)
    other_schemas = frozenset(schema for _, schema in others) - {default_schema}
    by_key = {tuple(map(fold, key.parts)): key for key in logical_names}
    return Names(
        fold=fold,
        default_schema=default_schema,
        default_database=default_database,
        other_schemas=other_schemas,
        other_databases=frozenset(database for database, _ in others) - {default_database, ""},
        relations=_relations(assets, sources),
        by_relation=_by_relation(assets, sources, fold),
        by_key=by_key,
        by_schema=_grouped(((name.schema, name.name), key) for key, name in of_assets.items()),
        by_last=_grouped((fold(key.name), key) for key in by_key.values()),
        by_name=_grouped((name.name, key) for key, name in of_assets.items()),
        written=_grouped(((schema_of(parts, default_schema, other_schemas), parts[-1]), key) for key, parts in written),
        sources=_grouped(((name.schema, name.name), key) for key, name in of_sources.items()),
        logical_names=logical_names,
        groups={asset.key: asset.group for asset in assets},
        packages={asset.key: asset.package for asset in assets},
    )


def names_of_keys(groups: Mapping[AssetKey, str]) -> Names:
    """The names of assets that have a key and a group and live in no warehouse."""
    return Names(str, {key.parts: key for key in groups}, _grouped((key.name, key) for key in groups), groups)


def _relations(assets: Iterable[Asset], sources: Iterable[Source]) -> dict[AssetKey, Relation]:
    found = {source.key: source.relation for source in sources}
    return found | {asset.key: asset.relation for asset in assets if asset.relation is not None}


def _by_relation(assets: Iterable[Asset], sources: Iterable[Source], fold: Fold) -> dict[tuple[str, ...], AssetKey]:
    """What a full physical name means, as `ref()` writes it; an ephemeral model has the name of its CTE."""
    found = {_folded(source.relation, fold): source.key for source in sources}
    for asset in assets:
        name = (fold(inlined_name(asset.key)),) if asset.relation is None else _folded(asset.relation, fold)
        found[name] = asset.key
    return found


def _grouped(pairs: Iterable[tuple[Name, AssetKey]]) -> dict[Name, Candidates]:
    """All keys of each name, each once, in their order."""
    found: dict[Name, dict[AssetKey, None]] = {}
    for name, key in pairs:
        found.setdefault(name, {})[key] = None
    return {name: tuple(keys) for name, keys in found.items()}


def _folded(relation: Relation, fold: Fold) -> tuple[str, ...]:
    """The parts of a stored name as a reader of SQL finds them: folded where folding only changes the case."""
    return tuple(fold(part) if fold(part).casefold() == part.casefold() else part for part in relation.parts())
