"""The names of a project that is compiled already, from its graph: indexed for a name when that is looked up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import structs

from assetc.compiler.asset import Asset, Source
from assetc.compiler.compilation import WrittenRelation
from assetc.compiler.names.index_names import index_names
from assetc.compiler.names.names import Names, inlined_name
from assetc.compiler.project import Project
from assetc.definitions.key import AssetKey

MOST_LOOKUPS = 200
"""Whoever looks up more names is better served by an index of all."""


def names_of_graph(
    project: Project, assets: Iterable[Asset], sources: Iterable[Source], written: Iterable[WrittenRelation]
) -> Names:
    """The names as the compiler resolved them. `sources` may be all: implicit ones have no names."""
    lookups = _Lookups(project, tuple(assets), tuple(source for source in sources if not source.implicit), written)
    empty = index_names(project, (), (), ())
    indexes = {name: _Index(lookups, name) for name, each in structs.asdict(empty).items() if isinstance(each, dict)}
    return structs.replace(empty, **indexes)


class _Lookups:
    """A name only ever leads to what has its last part: as key, as relation, or as inlined query."""

    def __init__(
        self,
        project: Project,
        assets: Collection[Asset],
        sources: Collection[Source],
        written: Iterable[WrittenRelation],
    ) -> None:
        self._project = project
        self._all: tuple[Collection[Any], Collection[Any], Iterable[Any]] = (assets, sources, written)
        self._by_last: dict[str, tuple[list[Any], list[Any], list[Any]]] = {}
        self._found: dict[str, Names] = {}
        self._everything: Names | None = None

    def of(self, last: str) -> Names:
        """The names of all that this can lead to."""
        if self._everything is not None:
            return self._everything
        if not self._by_last:
            self._group()
        last = last.casefold()
        found = self._found.get(last)
        if found is None:
            if len(self._found) >= MOST_LOOKUPS:
                return self.all()
            found = self._found[last] = self._indexed(*self._by_last.get(last, ((), (), ())))
        return found

    def all(self) -> Names:
        """The names of everything."""
        if self._everything is None:
            self._everything = self._indexed(*self._all)
        return self._everything

    def _indexed(
        self, assets: Collection[Asset], sources: Collection[Source], written: Iterable[WrittenRelation]
    ) -> Names:
        return index_names(self._project, assets, sources, written)

    def _group(self) -> None:
        for number, things in enumerate(self._all):
            for thing in things:
                for last in {last.casefold() for last in _lasts(thing)}:
                    self._by_last.setdefault(last, ([], [], []))[number].append(thing)


def _lasts(thing: Asset | Source | WrittenRelation) -> Iterator[str]:
    if isinstance(thing, tuple):
        yield thing[1][-1]
        return
    yield thing.key.name
    if thing.relation is not None:
        yield thing.relation.name
    elif isinstance(thing, Asset):
        yield inlined_name(thing.key)
        yield thing.config.alias or thing.key.name


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
        return iter(getattr(self._lookups.all(), self._field))

    def __len__(self) -> int:
        return len(getattr(self._lookups.all(), self._field))
