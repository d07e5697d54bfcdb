"""From names to edges: each reference of SQL and Python is given the asset or source that it means, never a guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from assetc.compiler.asset import Asset, Edge, Source
from assetc.compiler.define_assets import Draft
from assetc.compiler.diagnostic import Diagnostic, Faults
from assetc.compiler.facts import PlacedReference, SqlFacts
from assetc.compiler.names.names import find_key
from assetc.compiler.python.reading import PythonAsset
from assetc.compiler.resolution.resolution import Resolution
from assetc.compiler.resolution.resolve_declared import resolve_explicit
from assetc.compiler.resolution.resolve_python import resolve_python
from assetc.compiler.resolution.resolve_sql import resolve_hook, resolve_sql
from assetc.compiler.text_id import TextId
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
    hooks: Mapping[AssetKey, tuple[PlacedReference, ...]],
) -> Resolved:
    """The edges of assets, the sources that nobody declared, and the names that lead nowhere."""
    faults: dict[TextId, tuple[Diagnostic, ...]] = {}
    for draft in drafts:
        asset, own_hooks, told = draft.asset, hooks.get(draft.asset.key, ()), len(resolution.problems)
        if draft.python is not None:
            _resolve_python(resolution, asset, draft.python, own_hooks)
        else:
            _resolve_model(resolution, asset, facts.get(asset.text), own_hooks)
        faults[asset.text] = (*faults.get(asset.text, ()), *resolution.problems[told:])
    edges = tuple(resolution.edges[pair] for pair in sorted(resolution.edges))
    return Resolved(edges, tuple(resolution.sources.values()), faults)


def _resolve_model(
    resolution: Resolution, asset: Asset, facts: SqlFacts | None, hooks: Iterable[PlacedReference]
) -> None:
    """All edges of a model, a snapshot or a seed (which has no facts)."""
    _resolve_configured(resolution, asset)
    if facts is not None:
        resolve_sql(resolution, asset, facts)
    for placed in hooks:
        resolve_hook(resolution, asset, placed)
    _ignore(resolution, asset, asset.config.ignore_deps)


def _resolve_python(
    resolution: Resolution, asset: Asset, python: PythonAsset, hooks: Iterable[PlacedReference]
) -> None:
    resolve_python(resolution, asset, python)
    for placed in hooks:
        resolve_hook(resolution, asset, placed)
    _ignore(resolution, asset, (*asset.config.ignore_deps, *python.ignore_deps))


def _resolve_configured(resolution: Resolution, asset: Asset) -> None:
    for written in asset.config.deps:
        resolve_explicit(resolution, asset, written, asset.span)


def _ignore(resolution: Resolution, asset: Asset, ignored: Iterable[str]) -> None:
    """Take away the inferred edges that the asset says to ignore."""
    for written in ignored:
        for up in find_key(resolution.names, written, asset.key):
            edge = resolution.edges.get((asset.key, up))
            if edge is not None and edge.kind in ("sql", "py-sql", "hook"):
                del resolution.edges[asset.key, up]
