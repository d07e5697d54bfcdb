"""The names of a project that is compiled already: from its graph, all of them or those that somebody looks up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from assetc.compiler.asset import Asset, Graph, Source
from assetc.compiler.compilation import Written
from assetc.compiler.names.index_names import Placed, index_names
from assetc.compiler.names.names import Names, inlined_name
from assetc.compiler.names.place_assets import placed_assets, placed_sources
from assetc.compiler.project import Project
from assetc.definitions.key import AssetKey


def names_of_graph(project: Project, graph: Graph, written: Iterable[Written]) -> Names:
    """The names as the compiler resolved them."""
    return _names(project, graph.assets.values(), _declared(graph), written)


def names_for(
    project: Project, graph: Graph, written: Iterable[Written], owner: AssetKey, wanted: Iterable[tuple[str, ...]]
) -> Names:
    """What the names in `wanted` can lead to for their reader, and no more: an index of few in place of thousands.

    A name only ever leads to what bears its last part, as key, relation or inlined query, or all of it as one.
    """
    lasts = {last.casefold() for parts in wanted for last in (parts[-1], ".".join(parts))}
    everyone = graph.assets.values() if lasts else (graph.assets[owner],)
    assets = (asset for asset in everyone if _bears(asset, lasts) or asset.key == owner)
    sources = (source for source in _declared(graph) if _bears(source, lasts))
    return _names(project, assets, sources, ((key, parts) for key, parts in written if parts[-1].casefold() in lasts))


def _names(project: Project, assets: Iterable[Asset], sources: Iterable[Source], written: Iterable[Written]) -> Names:
    placed = Placed(tuple(placed_assets(project, assets)), tuple(placed_sources(project, sources)))
    return index_names(project.target, placed, written)


def _declared(graph: Graph) -> Iterator[Source]:
    return (source for source in graph.sources.values() if not source.implicit)


def _bears(thing: Asset | Source, names: Collection[str]) -> bool:
    """Whether one of these names may lead to it."""
    key, relation = thing.key, thing.relation
    if key.parts[-1].casefold() in names:
        return True
    return (inlined_name(key) if relation is None else relation.name).casefold() in names
