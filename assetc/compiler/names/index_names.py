"""Builds the indexes in which names are looked up, from all assets and sources of a project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any, TypeVar

from msgspec import structs

from assetc.compiler.asset import Asset, Source
from assetc.compiler.compilation import Compilation, WrittenRelation
from assetc.compiler.names.locate import fold_name, logical_name_of, logical_name_of_relation
from assetc.compiler.names.names import Candidates, Fold, Names, inlined_name, schema_of
from assetc.compiler.project import Project
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

Name = TypeVar("Name", bound=Hashable)


def index_names(
    project: Project, assets: Collection[Asset], sources: Collection[Source], written: Iterable[WrittenRelation]
) -> Names:
    """The names of assets, of declared sources and of what bodies create; the key of an asset wins over a source's."""
    target = project.target
    stored = {source.key: source.relation for source in sources if source.relation is not None}
    of_sources = {key: logical_name_of_relation(target, relation) for key, relation in stored.items()}
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
        declared={(fold(_source_name(project, each)), fold(each.key.name)): each.key for each in sources},
        logical_names=logical_names,
        groups={asset.key: asset.group for asset in assets},
        packages={asset.key: asset.package for asset in assets},
    )


def names_of_keys(groups: Mapping[AssetKey, str]) -> Names:
    """The names of assets that have a key and a group and live in no warehouse."""
    return Names(str, {key.parts: key for key in groups}, _grouped((key.name, key) for key in groups), groups)


def _source_name(project: Project, source: Source) -> str:
    """The first argument of the `source()` that means it; Python code declares a source by its key alone."""
    return source.source_name or "/".join(source.key.parts[:-1]) or project.settings.default_source or ""


def _relations(assets: Iterable[Asset], sources: Iterable[Source]) -> dict[AssetKey, Relation]:
    found = {source.key: source.relation for source in sources if source.relation is not None}
    return found | {asset.key: asset.relation for asset in assets if asset.relation is not None}


def _by_relation(assets: Iterable[Asset], sources: Iterable[Source], fold: Fold) -> dict[tuple[str, ...], AssetKey]:
    """What a full physical name means, as `ref()` writes it; an ephemeral model has the name of its CTE."""
    found = {_folded(source.relation, fold): source.key for source in sources if source.relation is not None}
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


MOST_LOOKUPS = 200
"""Whoever looks up more names is better served by an index of all."""


def names_of_graph(
    project: Project, assets: Iterable[Asset], sources: Iterable[Source], compilation: Compilation
) -> Names:
    """The names as a compilation resolved them. `sources` may be all: implicit ones have no names."""
    written = compilation.written
    lookups = _Lookups(project, tuple(assets), tuple(source for source in sources if not source.implicit), written)
    empty = index_names(project, (), (), ())
    indexes = {name: _Index(lookups, name) for name, each in structs.asdict(empty).items() if isinstance(each, dict)}
    return structs.replace(empty, **indexes, others=compilation.others)


class _Lookups:
    """A name only ever leads to what has its last part: as key, as relation, or as inlined query."""

    def __init__(self, project: Project, *everything: Collection[Any]) -> None:
        self._indexed: Callable[..., Names] = partial(index_names, project)
        self._everything = everything
        self._found: dict[str, Names] = {}

    def of(self, last: str) -> Names:
        """The names of all that this can lead to."""
        last = last.casefold()
        if last not in self._found:
            if len(self._found) >= MOST_LOOKUPS:
                return self.all
            self._found[last] = self._indexed(*(things.get(last, ()) for things in self._by_last))
        return self._found[last]

    @cached_property
    def all(self) -> Names:
        """The names of everything."""
        return self._indexed(*self._everything)

    @cached_property
    def _by_last(self) -> tuple[Mapping[str, list[Any]], ...]:
        return tuple(map(_grouped_by_last, self._everything))


def _grouped_by_last(things: Iterable[Any]) -> Mapping[str, list[Any]]:
    found = defaultdict[str, list[Any]](list)
    for thing in things:
        for last in _lasts(thing):
            found[last.casefold()].append(thing)
    return found


def _lasts(thing: Asset | Source | WrittenRelation) -> set[str]:
    if isinstance(thing, tuple):
        return {thing[1][-1]}
    if thing.relation is not None:
        return {thing.key.name, thing.relation.name}
    if isinstance(thing, Source):
        return {thing.key.name}
    return {thing.key.name, inlined_name(thing.key), thing.config.alias or thing.key.name}


class _Index(Mapping[Any, Any]):
    """One of the indexes of `Names`, filled in name by name; whoever goes through it sees all."""

    def __init__(self, lookups: _Lookups, field: str) -> None:
        self._lookups = lookups
        self._field = field

    def get(self, key: Any, default: Any = None) -> Any:
        """What is found there."""
        last = key if isinstance(key, str) else key.name if isinstance(key, AssetKey) else key[-1]
        return getattr(self._lookups.of(last), self._field).get(key, default)

    def __getitem__(self, key: Any) -> Any:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[Any]:
        return iter(getattr(self._lookups.all, self._field))

    def __len__(self) -> int:
        return len(getattr(self._lookups.all, self._field))
