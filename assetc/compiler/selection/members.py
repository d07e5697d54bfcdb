"""What can be selected: assets, sources and checks of a graph, as the members of one walkable whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct

from assetc.compiler.asset import Asset, Check, Graph, NodeId, Source
from assetc.compiler.graph import walk
from assetc.compiler.selection.request import Depth
from assetc.definitions.key import AssetKey

Member: TypeAlias = AssetKey | NodeId
"""An asset or a source by its key, what is neither by its identity."""

Selectable: TypeAlias = Asset | Source | Check


class Members(Struct, frozen=True):
    """Everything that can be selected. A check stands below the assets whose data it reads."""

    graph: Graph
    checks: dict[NodeId, Check]
    checks_of: dict[AssetKey, tuple[NodeId, ...]]

    def items(self) -> Iterator[tuple[Member, Selectable]]:
        """Every member with what it is."""
        yield from self.graph.assets.items()
        yield from self.graph.sources.items()
        yield from self.checks.items()

    def parents(self, members: Iterable[Member], depth: Depth) -> frozenset[Member]:
        """What `members` need, up to `depth` steps away."""
        if depth == 0:
            return frozenset()
        keys, others = split(members)
        read = {key for other in others for key in self.checks[other].assets}
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

    def checks_reading(self, keys: Iterable[AssetKey]) -> set[NodeId]:
        """The checks that read the data of any of `keys`."""
        return {check for key in keys for check in self.checks_of.get(key, ())}


def members_of(graph: Graph) -> Members:
    """The members of a graph."""
    of: dict[AssetKey, list[NodeId]] = {}
    for check in graph.checks.values():
        for key in check.assets:
            of.setdefault(key, []).append(check.id)
    return Members(graph, graph.checks, {key: tuple(checks) for key, checks in of.items()})


def split(members: Iterable[Member]) -> tuple[set[AssetKey], set[NodeId]]:
    """The keys, and the identities of what is no asset and no source."""
    keys: set[AssetKey] = set()
    others: set[NodeId] = set()
    for member in members:
        if isinstance(member, AssetKey):
            keys.add(member)
        else:
            others.add(member)
    return keys, others


def fqn_of(thing: Selectable) -> tuple[str, ...]:
    """Package, folders, name: what dbt's `fqn` method looks at."""
    if isinstance(thing, Source):
        return (thing.package, thing.source_name, thing.key.name)
    if thing.fqn:
        return thing.fqn
    name = thing.name if isinstance(thing, Check) else thing.key.name
    folders = thing.span.path.split("/")[1:-1]
    return (thing.package, *folders, name)
