"""The graph: adjacency from edges, cycles, order and walks. All is iterative, so depth is no limit."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from heapq import heapify, heappop, heappush

from msgspec.structs import replace

from assetc.compiler.asset import Asset, Check, Edge, Graph, Source
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.rules import NATIVE, Rules
from assetc.definitions.key import AssetKey, parts_of

Adjacency = dict[AssetKey, tuple[AssetKey, ...]]


def connect(
    assets: Mapping[AssetKey, Asset],
    sources: Mapping[AssetKey, Source],
    checks: Iterable[Check],
    edges: Iterable[Edge],
    rules: Rules = NATIVE,
) -> tuple[Graph, tuple[Diagnostic, ...]]:
    """The graph of all that is connected, and its cycles.

    A likely edge that closes a cycle is left out, with a note; so is an inferred one in a dbt project. Edges of a
    reported cycle stay. No asset that reads itself is one, but what assets of one function need through a third.
    """
    known = assets.keys() | sources.keys()
    kept = tuple(edge for edge in edges if edge.up != edge.down and edge.up in known and edge.down in known)
    shared = _shared_needs(assets.values(), kept)
    upstream, downstream = adjacency(known, (*kept, *shared))
    problems: tuple[Diagnostic, ...] = ()
    if len(_ordered(upstream, downstream)) < len(known):
        from assetc.compiler.resolution.cycles import without_cycles  # networkx is slow to import and cycles are rare

        left, problems = without_cycles((*kept, *shared), rules)
        kept = left if not shared else tuple(edge for edge in left if edge not in shared)
        upstream, downstream = adjacency(known, kept)
    elif shared:
        upstream, downstream = adjacency(known, kept)
    by_id = {check.id: check for check in checks}
    return Graph(dict(assets), dict(sources), by_id, kept, upstream, downstream), problems


def with_shared_needs(graph: Graph, keys: Iterable[AssetKey]) -> Graph:
    """The graph as it is executed where `keys` are: what one function makes waits for what any of it needs."""
    shared = _shared_needs((graph.assets[key] for key in keys), graph.edges)
    if not shared:
        return graph
    upstream, downstream = adjacency(graph.upstream, (*graph.edges, *shared))
    return replace(graph, upstream=upstream, downstream=downstream)


def _shared_needs(assets: Iterable[Asset], edges: Iterable[Edge]) -> frozenset[Edge]:
    """What each of `assets` waits for only because another one, made by the same function, needs it."""
    bodies: dict[tuple[str, str], set[AssetKey]] = {}
    for asset in assets:
        if asset.step_name:
            bodies.setdefault((asset.path, asset.step_name), set()).add(asset.key)
    siblings = {key: made for made in bodies.values() if len(made) > 1 for key in made}
    needs = [edge for edge in edges if edge.down in siblings and edge.up not in siblings[edge.down]] if siblings else []
    return frozenset(replace(edge, down=key) for edge in needs for key in siblings[edge.down]).difference(needs)


def reconnect(
    graph: Graph, assets: Mapping[AssetKey, Asset], sources: dict[AssetKey, Source], edges: Iterable[Edge]
) -> Graph | None:
    """The graph with these versions of some assets, and their edges; None where a new edge may close a cycle."""
    every = graph.upstream.keys() - graph.sources.keys() | sources.keys()
    now: dict[AssetKey, list[Edge]] = {key: [] for key in sorted(assets)}
    for edge in edges:
        if edge.up != edge.down and edge.up in every:
            now[edge.down].append(edge)
    upstream, downstream = dict(graph.upstream), dict(graph.downstream)
    if sources.keys() != graph.sources.keys():
        upstream, downstream = (
            {key: near.get(key, ()) for key in sorted(every, key=parts_of)} for near in (upstream, downstream)
        )
    added = set(_moved(now, upstream, downstream))
    if added and any(asset.step_name for asset in graph.assets.values()):
        return None
    if any(up in walk(downstream, (key,), None) for key, up in added):
        return None
    everyone = {**graph.assets, **assets}
    return Graph(everyone, sources, graph.checks, _spliced(graph.edges, now), upstream, downstream)


def _moved(
    edges: Mapping[AssetKey, list[Edge]], upstream: Adjacency, downstream: Adjacency
) -> Iterator[tuple[AssetKey, AssetKey]]:
    """Bring both directions up to date with the edges that some keys have now; gives the pairs that are new."""
    for key, own in edges.items():
        before, now = upstream[key], tuple(edge.up for edge in own)
        for up in {*before}.difference(now):
            if up in downstream:
                downstream[up] = tuple(each for each in downstream[up] if each != key)
        for up in {*now}.difference(before):
            downstream[up] = tuple(sorted((*downstream[up], key), key=parts_of))
            yield key, up
        upstream[key] = now


def _spliced(edges: Sequence[Edge], now: Mapping[AssetKey, list[Edge]]) -> Sequence[Edge]:
    """The edges, sorted as they are, with those that some keys have now."""
    pieces: list[Edge] = []
    done = 0
    for key, own in now.items():
        first, last = (cut(edges, key, key=lambda edge: edge.down) for cut in (bisect_left, bisect_right))
        pieces += (*edges[done:first], *own)
        done = last
    return (*pieces, *edges[done:])


def arguments_of(graph: Graph, keys: Iterable[AssetKey]) -> frozenset[AssetKey]:
    """What the body that makes these assets receives as its arguments."""
    found: set[AssetKey] = set()
    for key in keys:
        first, last = (cut(graph.edges, key, key=lambda edge: edge.down) for cut in (bisect_left, bisect_right))
        found.update(edge.up for edge in graph.edges[first:last] if edge.kind == "arg")
    return frozenset(found)


def order(graph: Graph, keys: Iterable[AssetKey]) -> tuple[AssetKey, ...]:
    """`keys`, each behind those it needs, also through others; else the smaller first. Members of a cycle come last."""
    wanted = set(keys)
    needed = wanted if len(wanted) >= len(graph.assets) else wanted | ancestors(graph, wanted, None)
    if len(needed) < len(graph.assets):
        ordered = _ordered(_within(graph.upstream, needed), _within(graph.downstream, needed))
    else:
        ordered = _ordered(graph.upstream, graph.downstream)
    left = sorted(wanted.difference(ordered))
    return (*(key for key in ordered if key in wanted), *left)


def order_below(graph: Graph, keys: Iterable[AssetKey]) -> tuple[AssetKey, ...]:
    """`keys` and everything that needs them, every one behind those it needs; members of a cycle come last."""
    below = {*keys, *descendants(graph, keys, None)}
    ordered = _ordered(_within(graph.upstream, below), graph.downstream)
    return (*ordered, *sorted(below.difference(ordered)))


def _within(adjacency: Adjacency, keys: Set[AssetKey]) -> Adjacency:
    """The adjacency among these keys alone."""
    return {key: tuple(near for near in adjacency.get(key, ()) if near in keys) for key in keys}


def ancestors(graph: Graph, keys: Iterable[AssetKey], depth: int | None) -> frozenset[AssetKey]:
    """What `keys` need, up to `depth` steps away (None: all); one of `keys` only if another needs it."""
    return walk(graph.upstream, keys, depth)


def descendants(graph: Graph, keys: Iterable[AssetKey], depth: int | None) -> frozenset[AssetKey]:
    """What needs `keys`, up to `depth` steps away (None: all)."""
    return walk(graph.downstream, keys, depth)


def walk(adjacency: Adjacency, keys: Iterable[AssetKey], depth: int | None) -> frozenset[AssetKey]:
    """Everything reached from `keys` in at most `depth` steps."""
    found: set[AssetKey] = set()
    layer = set(keys)
    while layer and (depth is None or depth > 0):
        layer = {near for key in layer for near in adjacency.get(key, ()) if near not in found}
        found |= layer
        depth = None if depth is None else depth - 1
    return frozenset(found)


def path_between(graph: Graph, up: AssetKey, down: AssetKey) -> tuple[AssetKey, ...]:
    """The shortest way along which `down` needs `up`, both ends included; empty when there is none."""
    came_from: dict[AssetKey, AssetKey | None] = {up: None}
    reached = [up]
    for key in reached:  # it grows meanwhile
        for near in graph.downstream.get(key, ()) if down not in came_from else ():
            if near not in came_from:
                came_from[near] = key
                reached.append(near)
    steps: list[AssetKey] = []
    current = down if down in came_from else None
    while current is not None:
        steps.append(current)
        current = came_from[current]
    return tuple(reversed(steps))


def adjacency(keys: Iterable[AssetKey], edges: Iterable[Edge]) -> tuple[Adjacency, Adjacency]:
    """What each key needs, and what needs it; both sorted."""
    up: dict[AssetKey, set[AssetKey]] = {}
    down: dict[AssetKey, set[AssetKey]] = {}
    for edge in edges:
        up.setdefault(edge.down, set()).add(edge.up)
        down.setdefault(edge.up, set()).add(edge.down)
    every = sorted(keys, key=parts_of)
    return _sorted_values(every, up), _sorted_values(every, down)


def _sorted_values(keys: Iterable[AssetKey], near: Mapping[AssetKey, set[AssetKey]]) -> Adjacency:
    return {key: tuple(sorted(near.get(key, ()), key=parts_of)) for key in keys}


def _ordered(upstream: Adjacency, downstream: Adjacency) -> list[AssetKey]:
    """Kahn's order with the smallest ready key first; keys in a cycle or behind one are missing."""
    keys = sorted(upstream, key=parts_of)
    rank = {key: index for index, key in enumerate(keys)}
    waiting = [len(upstream[key]) for key in keys]
    ready = [index for index, count in enumerate(waiting) if count == 0]
    heapify(ready)
    ordered: list[AssetKey] = []
    while ready:
        key = keys[heappop(ready)]
        ordered.append(key)
        for near in map(rank.__getitem__, downstream[key]):
            waiting[near] -= 1
            if waiting[near] == 0:
                heappush(ready, near)
    return ordered
