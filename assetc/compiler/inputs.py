"""What each asset really reads: through ephemeral models always, through views where data counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assetc.compiler.asset import Asset, Fingerprint, Graph
from assetc.compiler.graph import order
from assetc.definitions.key import AssetKey


@dataclass(frozen=True, slots=True)
class Inputs:
    """The assets that an asset reads, and the ephemeral models that become part of its SQL, both sorted.

    The reads of a view are the relations that it names; those of everything else go on through views to the
    tables behind them, because a table is out of date when a table behind a view that it reads was built
    again.
    """

    reads: tuple[AssetKey, ...] = ()
    inlined: tuple[tuple[AssetKey, Fingerprint], ...] = ()


NO_INPUTS = Inputs()


def is_view(asset: Asset) -> bool:
    """Whether building the asset moves no data."""
    return asset.config.materialized == "view" and asset.kind == "model"


def is_ephemeral(asset: Asset) -> bool:
    """Whether the asset is never built, but becomes part of the SQL of those that read it."""
    return asset.config.materialized == "ephemeral" and asset.kind == "model"


def find_inputs(graph: Graph, ordered: Iterable[AssetKey] | None = None) -> dict[AssetKey, Inputs]:
    """The inputs of every asset. `ordered` are the graph's assets in topological order, if known already."""
    found: dict[AssetKey, Inputs] = {}
    for key in order(graph, graph.assets) if ordered is None else ordered:
        found[key] = _inputs_of(graph, key, found)
    return found


def _inputs_of(graph: Graph, key: AssetKey, found: dict[AssetKey, Inputs]) -> Inputs:
    upstream = [near for near in graph.upstream.get(key, ()) if near in graph.assets]
    if not upstream:
        return NO_INPUTS
    reads: set[AssetKey] = set()
    inlined: dict[AssetKey, Fingerprint] = {}
    looks_through_views = not is_view(graph.assets[key])
    for near in upstream:
        asset = graph.assets[near]
        behind = found.get(near, NO_INPUTS)
        if is_ephemeral(asset):
            reads.update(behind.reads)
            inlined.update(behind.inlined)
            inlined[near] = asset.code_version
            continue
        reads.add(near)
        if looks_through_views and is_view(asset):
            reads.update(_behind_view(near, found, graph))
    return Inputs(tuple(sorted(reads, key=_parts)), tuple(sorted(inlined.items())))


def _behind_view(view: AssetKey, found: dict[AssetKey, Inputs], graph: Graph) -> set[AssetKey]:
    """What a reader of `view` reads through it: other views on the way, and the tables at the end."""
    reached: set[AssetKey] = set()
    waiting = list(found.get(view, NO_INPUTS).reads)
    while waiting:
        key = waiting.pop()
        if key in reached:
            continue
        reached.add(key)
        if is_view(graph.assets[key]):
            waiting.extend(found.get(key, NO_INPUTS).reads)
    return reached


def _parts(key: AssetKey) -> tuple[str, ...]:
    return key.parts
