"""Compiling again when nothing but the text of a model was edited: the usual case, and the one that has to be quick.

While a model says of itself what it said before, nobody else's name, relation, edges or text can be others. What can:
its own edges and faults, its version, and the columns of those who take its columns. Where more than that might change
there is no answer, and all passes run (`pipeline.py`). That both give the same, `tests/test_incremental.py` says.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from assetc.compiler.asset import Asset, Edge, Graph
from assetc.compiler.code_version import code_version
from assetc.compiler.compilation import Compilation, Counts, Known
from assetc.compiler.diagnostic import in_order
from assetc.compiler.facts import SqlFacts, Understood, outside_reads
from assetc.compiler.find_columns import derive_columns
from assetc.compiler.given import Given
from assetc.compiler.graph import descendants, order
from assetc.compiler.names.names import Names
from assetc.compiler.names.names_of_graph import names_for
from assetc.compiler.reading.read_files import read_sql_file
from assetc.compiler.reading.understand_files import understand_files
from assetc.compiler.resolution.resolution import Resolution
from assetc.compiler.resolution.resolve import resolve_model
from assetc.compiler.text_id import TextId
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

OF_EDGES = frozenset({"E103", "W217"})
"""Faults that one more or one less edge may end, wherever they were told."""


def recompile_model(given: Given, before: Compilation, path: str) -> tuple[Compilation, Counts] | None:
    """The compilation with the present text of the model at `path`; None if that may change more than the model."""
    known = given.memory.sql(TextId(path))
    asset = next((asset for asset in before.graph.assets.values() if asset.path == path), None)
    if known is None or asset is None or not _stands_alone(before, asset, known):
        return None
    facts, is_new = read_sql_file(given, path)
    if not is_new:
        return before, Counts()
    if facts.discovered.config != known.discovered.config:  # with its places, which faults point at
        return None
    facts, parsed = _understood(given, before, asset, facts)
    names = _names(given, before, asset.key, _looked_up(asset, facts))
    edges = _edges(given, before, asset, facts, names)
    if edges is None or facts.understood is None:
        return None
    versioned = replace(asset, code_version=code_version(asset, facts.understood.version))
    graph = _with_asset(before.graph, versioned, edges)
    columns, derived = _columns(given, replace(before, graph=graph), asset.key, facts, names)
    others = (problem for problem in before.diagnostics if problem.span is None or problem.span.path != path)
    problems = in_order((*others, *facts.discovered.problems, *facts.understood.problems))
    reads = tuple(dict.fromkeys((*before.reads, *outside_reads((facts,)))))
    after = Compilation(graph, problems, columns, before.written, reads, before.outside)
    return after, Counts(1, parsed, derived)


def _stands_alone(before: Compilation, asset: Asset, known: SqlFacts) -> bool:
    """Whether all that was said about the file came from its text, and nothing in the project hangs on its edges."""
    if known.understood is None or asset.config.pre_hook or asset.config.post_hook:
        return False
    own = {*known.discovered.problems, *known.understood.problems}
    of_file = {problem for problem in before.diagnostics if problem.span and problem.span.path == asset.path}
    if own != of_file or any(problem.code in OF_EDGES for problem in before.diagnostics):
        return False
    mentioned = (source.span for source in before.graph.sources.values() if source.implicit)
    return all(span is None or span.path != asset.path for span in mentioned)


def _understood(given: Given, before: Compilation, asset: Asset, facts: SqlFacts) -> tuple[SqlFacts, int]:
    """The facts with the SQL that the model's template gives now, and how many texts were parsed for that."""
    names = _names(given, before, asset.key, _spelled(_called(facts)))
    owner = (asset.text, asset.key, asset.relation or Relation(None, None, asset.key.name))
    understood, parsed = understand_files(given, (owner,), before.graph.assets, {asset.text: facts}, names)
    return understood[asset.text], parsed


def _names(given: Given, before: Compilation, owner: AssetKey, wanted: Iterable[tuple[str, ...]]) -> Names:
    return names_for(given.project, before.graph, before.written, owner, wanted)


def _edges(given: Given, before: Compilation, asset: Asset, facts: SqlFacts, names: Names) -> tuple[Edge, ...] | None:
    """What the model needs now; None if a fault comes of it, or if it tells of a source that was unknown to it."""
    graph = before.graph
    sources = {source.key: source for source in graph.sources.values() if source.implicit}
    resolution = Resolution(given.project, names, graph.assets, sources=dict(sources))
    resolve_model(resolution, asset, facts, ())
    edges = tuple(resolution.edges[pair] for pair in sorted(resolution.edges) if pair[1] in graph.upstream)
    added = {edge.up for edge in edges}.difference(graph.upstream[asset.key])
    if resolution.problems or len(resolution.sources) > len(sources) or not added.isdisjoint(sources):
        return None
    below = {asset.key, *descendants(graph, (asset.key,), None)} if added else set()
    return edges if added.isdisjoint(below) else None


def _looked_up(asset: Asset, facts: SqlFacts) -> Iterator[tuple[str, ...]]:
    """Every name whose meaning the model's edges and columns come from."""
    if facts.understood is not None:
        yield from (placed.reference.parts for placed in facts.understood.references)
        yield from _read_for_columns(facts.understood)
    yield from _spelled((*_called(facts), *asset.config.deps, *asset.config.ignore_deps))


def _called(facts: SqlFacts) -> Iterator[str]:
    """The names in the calls of a template: of `source('crm', 'users')` the second."""
    return (call.arguments[-1] for call in facts.discovered.references if call.arguments)


def _spelled(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The parts of each name, be it a key or a name in SQL."""
    for name in names:
        yield tuple(name.split("/"))
        yield tuple(name.split("."))


def _read_for_columns(understood: Understood) -> tuple[tuple[str, ...], ...]:
    """The tables from which a query takes its columns."""
    return understood.shape.sources if understood.shape else ()


def _with_asset(graph: Graph, asset: Asset, edges: tuple[Edge, ...]) -> Graph:
    """The graph with this version of the asset, which needs this."""
    key, downstream = asset.key, dict(graph.downstream)
    before, now = graph.upstream[key], tuple(edge.up for edge in edges)
    for up in {*before} - {*now}:
        downstream[up] = tuple(each for each in downstream[up] if each != key)
    for up in {*now} - {*before}:
        downstream[up] = tuple(sorted((*downstream[up], key)))
    first, last = (cut(graph.edges, key, key=lambda edge: edge.down) for cut in (bisect_left, bisect_right))
    return Graph(
        assets={**graph.assets, key: asset},
        sources=graph.sources,
        checks=graph.checks,
        edges=(*graph.edges[:first], *edges, *graph.edges[last:]),
        upstream={**graph.upstream, key: now},
        downstream=downstream,
    )


def _columns(given: Given, before: Compilation, edited: AssetKey, facts: SqlFacts, names: Names) -> tuple[Known, int]:
    """The columns of all, derived again for the edited model and for those whom its columns reach."""
    known, changed, derived = dict(before.columns), set[AssetKey](), 0
    graph = before.graph
    for key in _along(graph, edited, changed):
        asset = graph.assets.get(key)
        found = facts if key == edited else given.memory.sql(asset.text) if asset and asset.kind == "model" else None
        if found is None or found.understood is None:
            continue
        if key != edited:
            names = _names(given, before, key, _read_for_columns(found.understood))
        columns = derive_columns(key, found.understood, found.columns, known, names)
        if key == edited or columns is not found.columns:
            given.memory.keep(replace(found, columns=columns))
        derived += columns is not found.columns
        if known.get(key) != columns.names:
            known[key] = columns.names
            changed.add(key)
    return known, derived


def _along(graph: Graph, edited: AssetKey, changed: set[AssetKey]) -> Iterator[AssetKey]:
    """The edited asset, then those downstream who read one whose columns have `changed` meanwhile."""
    yield edited
    if changed:
        for key in order(graph, descendants(graph, (edited,), None)):
            if not changed.isdisjoint(graph.upstream[key]):
                yield key
