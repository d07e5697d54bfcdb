"""Builds the indexes in which names are looked up, from all assets and sources of a project."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import partial
from typing import TypeVar

from msgspec import Struct

from assetc.compiler.asset import Asset, Source
from assetc.compiler.compilation import Written
from assetc.compiler.names.locate import fold_name
from assetc.compiler.names.names import Candidates, Fold, Names, Place, inlined_name, schema_of
from assetc.compiler.project import Target
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

Name = TypeVar("Name", bound=Hashable)


class Placed(Struct, frozen=True):
    """Assets and declared sources with their logical places; an asset's key wins over a source's."""

    assets: tuple[tuple[Asset, Place], ...]
    sources: tuple[tuple[Source, Place], ...]

    def places(self) -> Iterator[tuple[AssetKey, Place]]:
        """Every key with its place, those of assets last."""
        yield from ((source.key, place) for source, place in self.sources)
        yield from ((asset.key, place) for asset, place in self.assets)


def index_names(target: Target, placed: Placed, written: Iterable[Written]) -> Names:
    """The names of a project. `written` are the relations that the bodies of Python assets create."""
    fold = partial(fold_name, target)
    default_schema = fold_name(target, target.schema)
    default_database = fold_name(target, target.database) if target.database else None
    others = tuple((fold_name(target, database), fold_name(target, schema)) for database, schema in target.others)
    other_schemas = frozenset(schema for _, schema in others) - {default_schema}
    by_key = _by_key(placed, fold)
    return Names(
        fold=fold,
        default_schema=default_schema,
        default_database=default_database,
        other_schemas=other_schemas,
        other_databases=frozenset(database for database, _ in others) - {default_database, ""},
        relations=_relations(placed),
        by_relation=_by_relation(placed, fold),
        by_key=by_key,
        by_place=_grouped(((place.schema, place.name), asset.key) for asset, place in placed.assets),
        by_last=_grouped((fold(key.name), key) for key in by_key.values()),
        by_name=_grouped((place.name, asset.key) for asset, place in placed.assets),
        written=_grouped(((schema_of(parts, default_schema, other_schemas), parts[-1]), key) for key, parts in written),
        sources=_grouped(((place.schema, place.name), source.key) for source, place in placed.sources),
        places=dict(placed.places()),
        groups={asset.key: asset.group for asset, _ in placed.assets},
        packages={asset.key: asset.package for asset, _ in placed.assets},
    )


def names_of_keys(groups: Mapping[AssetKey, str]) -> Names:
    """The names of assets that have a key and a group and live in no warehouse."""
    return Names(
        fold=str,
        default_schema="",
        default_database=None,
        other_schemas=frozenset(),
        other_databases=frozenset(),
        relations={},
        by_relation={},
        by_key={key.parts: key for key in groups},
        by_place={},
        by_last=_grouped((key.name, key) for key in groups),
        by_name={},
        written={},
        sources={},
        places={},
        groups=groups,
        packages={},
    )


def _relations(placed: Placed) -> dict[AssetKey, Relation]:
    found = {source.key: source.relation for source, _ in placed.sources}
    return found | {asset.key: asset.relation for asset, _ in placed.assets if asset.relation is not None}


def _by_relation(placed: Placed, fold: Fold) -> dict[tuple[str, ...], AssetKey]:
    """What a full physical name means, as `ref()` writes it; an ephemeral model has the name of its CTE."""
    found = {_folded(source.relation, fold): source.key for source, _ in placed.sources}
    for asset, _ in placed.assets:
        name = (fold(inlined_name(asset.key)),) if asset.relation is None else _folded(asset.relation, fold)
        found[name] = asset.key
    return found


def _by_key(placed: Placed, fold: Fold) -> dict[tuple[str, ...], AssetKey]:
    return {tuple(map(fold, key.parts)): key for key, _ in placed.places()}


def _grouped(pairs: Iterable[tuple[Name, AssetKey]]) -> dict[Name, Candidates]:
    """All keys of each name, each once, in their order."""
    found: dict[Name, dict[AssetKey, None]] = {}
    for name, key in pairs:
        found.setdefault(name, {})[key] = None
    return {name: tuple(keys) for name, keys in found.items()}


def _folded(relation: Relation, fold: Fold) -> tuple[str, ...]:
    """The parts of a stored name as a reader of SQL finds them: folded where folding only changes the case."""
    return tuple(fold(part) if fold(part).casefold() == part.casefold() else part for part in relation.parts())
