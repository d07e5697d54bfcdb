"""Sources that nobody declares belong to the text that mentions them first: which may be another after an edit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from assetc.compiler.asset import Edge, Graph, Source
from assetc.compiler.package import Settings
from assetc.compiler.resolution.resolve import Resolved
from assetc.compiler.text_id import TextId
from assetc.definitions.key import AssetKey


def first_in_others(graph: Graph, texts: Collection[TextId]) -> dict[AssetKey, Source]:
    """The implicit sources that another text than these mentions first."""
    paths = {text.path for text in texts}
    return {key: each for key, each in graph.sources.items() if each.implicit and _path(each) not in paths}


def sources_after(
    graph: Graph, texts: Collection[TextId], resolved: Resolved, settings: Settings
) -> dict[AssetKey, Source] | None:
    """All sources after these texts were resolved; None if another text may be the first to mention one now."""
    paths = {text.path for text in texts}
    now = {source.key: source for source in resolved.implicit_sources}
    lost = {key: each for key, each in graph.sources.items() if each.implicit and key not in now}
    own = {key for key, each in now.items() if _path(each) in paths}
    if (lost or own) and (settings.strict_sources or any(asset.config.ignore_deps for asset in graph.assets.values())):
        return None  # then a source is mentioned by more than the edges that lead to it
    for key in (*lost, *own):
        others = set(_readers(graph, key)).difference(paths)
        if others and (key in lost or min(others) < _path(now[key])):
            return None
    if any(_is_earlier(graph, edge, now) for edge in resolved.edges):
        return None
    declared = {key: each for key, each in graph.sources.items() if not each.implicit}
    found = declared | {source.key: source for source in sorted(now.values(), key=_path)}
    return graph.sources if found == graph.sources else found


def _is_earlier(graph: Graph, edge: Edge, now: Mapping[AssetKey, Source]) -> bool:
    source = now.get(edge.up)
    return source is not None and graph.assets[edge.down].path < _path(source)


def _readers(graph: Graph, key: AssetKey) -> Iterator[str]:
    return (graph.assets[down].path for down in graph.downstream.get(key, ()))


def _path(source: Source) -> str:
    return source.span.path if source.span else ""
