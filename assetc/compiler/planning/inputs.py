"""What each asset really reads: through ephemeral models always, through views where data counts."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from assetc.compiler.asset import Asset, Fingerprint, Graph
from assetc.compiler.graph import order
from assetc.definitions.key import AssetKey, parts_of


class Inputs(Struct, frozen=True):
    """The assets and files that an asset reads, and the ephemeral models that become part of its SQL, all sorted.

    A view reads the relations that it names; everything else is out of date, too, when what is behind a view is newer.
    """

    reads: tuple[AssetKey, ...] = ()
    inlined: tuple[tuple[AssetKey, Fingerprint], ...] = ()
    files: tuple[AssetKey, ...] = ()


NO_INPUTS = Inputs()


def is_view(asset: Asset) -> bool:
    """Whether building the asset moves no data."""
    return asset.config.materialization.relation == "view"


def is_ephemeral(asset: Asset) -> bool:
    """Whether the query of an asset becomes part of those that read it."""
    return asset.config.materialization.is_inlined


def find_inputs(graph: Graph, ordered: Iterable[AssetKey] | None = None) -> dict[AssetKey, Inputs]:
    """The inputs of every asset. `ordered` are the graph's assets in topological order, if known already."""
    kinds = {key: asset.config.materialization.relation for key, asset in graph.assets.items()}
    views = frozenset(key for key, kind in kinds.items() if kind == "view")
    ephemeral = frozenset(key for key, kind in kinds.items() if kind is None)
    files = frozenset(key for key, source in graph.sources.items() if source.file)
    search = _Search(graph, views, ephemeral, files, views | ephemeral | graph.sources.keys(), {}, {})
    for key in order(graph, graph.assets) if ordered is None else ordered:
        search.found[key] = search.inputs_of(key)
    return search.found


class _Search(Struct, frozen=True):
    """Inputs found so far, upstream first. `special` are the keys that are not simply tables."""

    graph: Graph
    views: frozenset[AssetKey]
    ephemeral: frozenset[AssetKey]
    files: frozenset[AssetKey]
    special: frozenset[AssetKey]
    found: dict[AssetKey, Inputs]
    behind: dict[AssetKey, frozenset[AssetKey]]

    def inputs_of(self, key: AssetKey) -> Inputs:
        upstream = self.graph.upstream.get(key, ())
        if self.special.isdisjoint(upstream):
            return Inputs(upstream) if upstream else NO_INPUTS
        reads: set[AssetKey] = set()
        inlined: dict[AssetKey, Fingerprint] = {}
        for near in upstream:
            if near in self.ephemeral:
                reads.update(self.found[near].reads, self.found[near].files)
                inlined.update(self.found[near].inlined)
                inlined[near] = self.graph.assets[near].code_version
            elif near in self.graph.assets or near in self.files:
                reads.add(near)
        if key not in self.views and not self.views.isdisjoint(reads):
            reads.update(*(self.behind_view(near) for near in tuple(reads) if near in self.views))
        assets, files = reads - self.files, reads & self.files
        return Inputs(_in_order(assets), tuple(sorted(inlined.items())), _in_order(files))

    def behind_view(self, view: AssetKey) -> frozenset[AssetKey]:
        """What a reader of `view` reads through it: other views on the way, the tables and files at the end."""
        if view not in self.behind:
            reached: set[AssetKey] = set()
            waiting = [*self.found[view].reads, *self.found[view].files]
            while waiting:
                key = waiting.pop()
                if key in reached:
                    continue
                reached.add(key)
                if key in self.behind:
                    reached |= self.behind[key]
                elif key in self.views:
                    waiting += (*self.found[key].reads, *self.found[key].files)
            self.behind[view] = frozenset(reached)
        return self.behind[view]


def _in_order(keys: Iterable[AssetKey]) -> tuple[AssetKey, ...]:
    return tuple(sorted(keys, key=parts_of))
