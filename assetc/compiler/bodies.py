"""Bodies that make several assets: one execution, which begins when all is there that any of them needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from assetc.compiler.asset import Asset, Edge, Graph
from assetc.definitions.key import AssetKey

Siblings = frozenset[AssetKey]


def find_siblings(assets: Iterable[Asset]) -> dict[AssetKey, Siblings]:
    """Those of `assets` that one body makes together, each with all that it makes; nothing for the rest."""
    bodies: dict[tuple[str, str], set[AssetKey]] = {}
    for asset in assets:
        if asset.step_name:
            bodies.setdefault((asset.path, asset.step_name), set()).add(asset.key)
    return {key: frozenset(made) for made in bodies.values() if len(made) > 1 for key in made}


def shared_edges(siblings: Mapping[AssetKey, Siblings], edges: Sequence[Edge]) -> frozenset[Edge]:
    """What each sibling waits for only because another one needs it."""
    if not siblings:
        return frozenset()
    needed = ((edge, siblings.get(edge.down, frozenset())) for edge in edges)
    shared = (replace(edge, down=key) for edge, made in needed if edge.up not in made for key in made)
    return frozenset(shared).difference(edges)


def joined(graph: Graph, keys: Iterable[AssetKey]) -> Graph:
    """The graph as it is executed where `keys` are: of one body each waits for what any of them needs."""
    siblings = find_siblings(graph.assets[key] for key in keys)
    if not siblings:
        return graph
    upstream = dict(graph.upstream)
    downstream = {key: set(below) for key, below in graph.downstream.items()}
    for key, made in siblings.items():
        needs = {up for near in made for up in graph.upstream[near]} - made
        upstream[key] = tuple(sorted(needs.union(graph.upstream[key])))
        for up in needs:
            downstream[up].add(key)
    below = {key: tuple(sorted(keys)) for key, keys in downstream.items()}
    return replace(graph, upstream=upstream, downstream=below)
