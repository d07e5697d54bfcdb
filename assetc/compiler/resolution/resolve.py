"""From names to edges: each reference of SQL and Python is given the asset or source that it means, never a guess."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from assetc.compiler.asset import Asset, Edge, Graph, Source
from assetc.compiler.config_text import ReadText
from assetc.compiler.define_assets import Draft
from assetc.compiler.diagnostic import Diagnostic, Faults
from assetc.compiler.facts import ConfigTextFacts, SqlFacts
from assetc.compiler.names.file_source import PREFIX, is_url
from assetc.compiler.names.names import find_key
from assetc.compiler.place import TextId
from assetc.compiler.project import Settings
from assetc.compiler.python.reading import DeclaredDependency
from assetc.compiler.resolution.resolution import Resolution
from assetc.compiler.resolution.resolve_declared import resolve_explicit
from assetc.compiler.resolution.resolve_python import resolve_python
from assetc.compiler.resolution.resolve_sql import resolve_config, resolve_sql
from assetc.definitions.key import AssetKey


class Resolved(Struct, frozen=True):
    """What the names lead to. `implicit_sources` are those that were known, then those that are new."""

    edges: tuple[Edge, ...]
    implicit_sources: tuple[Source, ...]
    faults: Faults


def resolve(
    resolution: Resolution,
    drafts: Iterable[Draft],
    facts: Mapping[TextId, SqlFacts],
    configured: Mapping[AssetKey, tuple[ConfigTextFacts, ...]],
    read_text: ReadText,
) -> Resolved:
    """The edges of assets, the sources that nobody declared, and the names that lead nowhere."""
    faults: dict[TextId, tuple[Diagnostic, ...]] = {}
    for draft in drafts:
        asset, told = draft.asset, len(resolution.problems)
        if draft.python is not None:
            resolve_python(resolution, asset, draft.python)
        else:
            for written in asset.config.deps:
                resolve_explicit(resolution, asset, DeclaredDependency(written, asset.span, is_text=True))
            if asset.text in facts:  # a seed has none
                resolve_sql(resolution, asset, facts[asset.text])
        faults[asset.text] = (*faults.get(asset.text, ()), *resolution.problems[told:])
        for each in configured.get(asset.key, ()):
            told = len(resolution.problems)
            resolve_config(resolution, asset, each, read_text)
            faults[each.text.id] = each.text.titled(resolution.problems[told:])
        _ignore(resolution, asset, (*asset.config.ignore_deps, *(draft.python.ignore_deps if draft.python else ())))
    edges = tuple(resolution.edges[pair] for pair in sorted(resolution.edges))
    return Resolved(edges, tuple(resolution.sources.values()), faults)


def _ignore(resolution: Resolution, asset: Asset, ignored: Iterable[str]) -> None:
    """Take away the inferred edges that the asset says to ignore."""
    for written in ignored:
        is_file = written.startswith(PREFIX) or is_url(written)
        for up in (AssetKey(written),) if is_file else find_key(resolution.names, written, asset.key):
            edge = resolution.edges.get((asset.key, up))
            if edge is not None and edge.kind in ("sql", "py-sql", "hook", "file"):
                del resolution.edges[asset.key, up]


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
