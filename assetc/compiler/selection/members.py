"""What can be selected: assets, sources and checks of a graph, as the members of one walkable whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NewType, TypeAlias

from msgspec import Struct

from assetc.compiler.asset import Asset, Check, Graph, Source
from assetc.compiler.graph import walk
from assetc.compiler.selection.expression import Depth
from assetc.definitions.key import AssetKey

CheckName = NewType("CheckName", str)

Member: TypeAlias = AssetKey | CheckName
"""An asset or a source by its key, a check by its name."""

Selectable: TypeAlias = Asset | Source | Check


class Members(Struct, frozen=True):
    """Everything that can be selected. A check stands below the assets whose data it reads."""

    graph: Graph
    checks: dict[CheckName, Check]
    checks_of: dict[AssetKey, tuple[CheckName, ...]]

    def items(self) -> Iterator[tuple[Member, Selectable]]:
        """Every member with what it is."""
        yield from self.graph.assets.items()
        yield from self.graph.sources.items()
        yield from self.checks.items()

    def all(self) -> frozenset[Member]:
        """Every member."""
        return frozenset((*self.graph.assets, *self.graph.sources, *self.checks))

    def parents(self, members: Iterable[Member], depth: Depth) -> frozenset[Member]:
        """What `members` need, up to `depth` steps away."""
        if depth == 0:
            return frozenset()
        keys, names = split(members)
        read = {key for name in names for key in self.checks[name].assets}
        further = walk(self.graph.upstream, read, None if depth is None else depth - 1)
        return frozenset(walk(self.graph.upstream, keys, depth) | read | further)

    def children(self, members: Iterable[Member], depth: Depth) -> frozenset[Member]:
        """What needs `members`, checks among it, up to `depth` steps away."""
        if depth == 0:
            return frozenset()
        keys, _ = split(members)
        below = walk(self.graph.downstream, keys, depth)
        readable = keys | walk(self.graph.downstream, keys, None if depth is None else depth - 1)
        return frozenset(below) | frozenset(self.checks_reading(readable))

    def checks_reading(self, keys: Iterable[AssetKey]) -> set[CheckName]:
        """The checks that read the data of any of `keys`."""
        return {name for key in keys for name in self.checks_of.get(key, ())}


def members_of(graph: Graph) -> Members:
    """The members of a graph."""
    checks = {CheckName(check.name): check for check in graph.checks}
    of: dict[AssetKey, list[CheckName]] = {}
    for name, check in checks.items():
        for key in check.assets:
            of.setdefault(key, []).append(name)
    return Members(graph, checks, {key: tuple(names) for key, names in of.items()})


def split(members: Iterable[Member]) -> tuple[set[AssetKey], set[CheckName]]:
    """The keys and the names of checks among `members`."""
    keys: set[AssetKey] = set()
    names: set[CheckName] = set()
    for member in members:
        if isinstance(member, AssetKey):
            keys.add(member)
        else:
            names.add(member)
    return keys, names


def fqn_of(thing: Selectable) -> tuple[str, ...]:
    """Package, folders, name: what dbt's `fqn` method looks at."""
    if isinstance(thing, Source):
        return (thing.package, thing.source_name, thing.key.name)
    if thing.fqn:
        return thing.fqn
    name = thing.name if isinstance(thing, Check) else thing.key.name
    folders = thing.span.path.split("/")[1:-1]
    return (thing.package, *folders, name)
