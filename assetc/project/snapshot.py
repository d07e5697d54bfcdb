"""The whole compilation, kept for the case that nothing has changed: one row, read without any of the passes."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from assetc.compiler.asset import Asset, Check, Edge, Graph, Source
from assetc.compiler.compilation import Compilation, Written
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.graph import adjacency
from assetc.compiler.template.rendered import Read
from assetc.definitions.key import AssetKey
from assetc.project.cache import Cache, decode, encode


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A compilation as it is stored. `reads` is what templates looked at outside of the project's files."""

    inputs: str
    reads: tuple[Read, ...]
    assets: tuple[Asset, ...]
    sources: tuple[Source, ...]
    checks: tuple[Check, ...]
    edges: tuple[Edge, ...]
    diagnostics: tuple[Diagnostic, ...]
    columns: tuple[tuple[AssetKey, tuple[str, ...] | None], ...]
    written: tuple[Written, ...]
    outside: tuple[tuple[str, str], ...]


def recall(cache: Cache, scope: str, inputs: str) -> Compilation | None:
    """The compilation of these inputs, if it is the last one of its scope."""
    row = cache.get("snapshot", scope)
    snapshot = None if row is None else decode(Snapshot, row)
    if snapshot is None or snapshot.inputs != inputs:
        return None
    return _compilation(snapshot)


def keep(cache: Cache, scope: str, inputs: str, compilation: Compilation) -> None:
    """Remember a compilation."""
    graph = compilation.graph
    snapshot = Snapshot(
        inputs,
        compilation.reads,
        tuple(graph.assets.values()),
        tuple(graph.sources.values()),
        graph.checks,
        graph.edges,
        compilation.diagnostics,
        tuple(compilation.columns.items()),
        compilation.written,
        compilation.outside,
    )
    cache.keep("snapshot", scope, encode(snapshot))


def hash_of(value: object) -> str:
    """A hash of plain values, for the inputs of a compilation."""
    return blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _compilation(snapshot: Snapshot) -> Compilation:
    assets = {asset.key: asset for asset in snapshot.assets}
    sources = {source.key: source for source in snapshot.sources}
    upstream, downstream = adjacency(assets.keys() | sources.keys(), snapshot.edges)
    graph = Graph(assets, sources, snapshot.checks, snapshot.edges, upstream, downstream)
    columns = dict(snapshot.columns)
    return Compilation(graph, snapshot.diagnostics, columns, snapshot.written, snapshot.reads, snapshot.outside)
