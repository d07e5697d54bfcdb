"""Everything that is known of one asset or source, as rows and as text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from assetc.cli.listing import Row
from assetc.cli.text.output import Output
from assetc.cli.text.text import Line, Piece, line, printable
from assetc.compiler.asset import Asset, Edge, Graph, Source
from assetc.compiler.graph import path_between
from assetc.compiler.names.file_source import has_pattern, is_url
from assetc.compiler.nodes.described import config_of, path_of, plain_value
from assetc.definitions.key import AssetKey


def details_of(graph: Graph, key: AssetKey) -> Row:
    """The asset or source as JSON."""
    thing = graph.assets.get(key) or graph.sources[key]
    return {
        "key": str(key),
        "kind": thing.kind if isinstance(thing, Asset) else "source",
        "path": path_of(thing),
        "line": thing.span.line if thing.span else None,
        "relation": ".".join(thing.relation.parts()) if thing.relation else None,
        **(_asset_details(thing) if isinstance(thing, Asset) else _source_details(thing)),
        "description": thing.description,
        "metadata": plain_value(thing.config.meta if isinstance(thing, Asset) else dict(thing.meta)),
        "columns": [plain_value(column) for column in thing.columns],
        "upstream": list(map(str, graph.upstream[key])),
        "downstream": list(map(str, graph.downstream[key])),
        "edges": list(map(edge_row, edges_above(graph, key))),
        "checks": sorted(check.id.name for check in graph.checks.values() if key in check.assets),
    }


def give_details(output: Output, graph: Graph, key: AssetKey, *, as_json: bool) -> None:
    """Print what is known of the asset or source."""
    if as_json:
        output.give_json(details_of(graph, key))
    else:
        output.give(detail_lines(graph, key))


def detail_lines(graph: Graph, key: AssetKey) -> Iterator[Line]:
    """The asset or source as text."""
    row = details_of(graph, key)
    thing = graph.assets.get(key) or graph.sources[key]
    yield line(Piece(str(key), "strong"), Piece(f"  {_kind_words(thing)}", "quiet"))
    if thing.description:
        yield line("  ", printable(thing.description))
    fields = {word: row.get(word) for word in ("relation", "materialized", "group", "tags", "owners")} | {
        "first read in" if row.get("file") else "written in": f"{row['path']}:{row['line']}" if row["path"] else "",
        "described": [column.name for column in thing.columns],
        "checks": row["checks"],
        "needed by": row["downstream"] or "nothing",
    }
    for word, value in fields.items():
        if value:
            yield _field(word, ", ".join(value) if isinstance(value, list) else str(value))
    edges = edges_above(graph, key)
    yield from [] if edges else [_field("needs", "nothing")]
    yield from edge_lines(edges)


def _asset_details(asset: Asset) -> Row:
    return {
        "materialized": asset.config.materialized,
        "group": asset.group,
        "tags": list(asset.config.tags),
        "owners": list(asset.config.owners),
        "config": config_of(asset),
        "code_version": asset.code_version,
    }


def _source_details(source: Source) -> Row:
    return {"implicit": source.implicit, "file": source.file or None}


def _kind_words(thing: Asset | Source) -> str:
    if isinstance(thing, Source) and thing.file:
        return "a URL" if is_url(thing.file) else "files" if has_pattern(thing.file) else "a file or folder"
    if isinstance(thing, Source):
        return "an undeclared source" if thing.implicit else "a declared source"
    return {"model": "a SQL model", "python": "a Python asset", "seed": "a seed"}.get(thing.kind, thing.kind)


def _field(word: str, value: str) -> Line:
    return line("  ", Piece(word.ljust(13), "quiet"), printable(value))


def edges_between(graph: Graph, up: AssetKey, down: AssetKey) -> list[Edge]:
    """The places where `down` reads `up`."""
    return [edge for edge in edges_above(graph, down) if edge.up == up]


def edges_above(graph: Graph, key: AssetKey) -> list[Edge]:
    """The places where the asset reads others."""
    found = {edge for edge in graph.edges if edge.down == key}
    return sorted(found, key=lambda edge: (edge.up, edge.span.path, edge.span.start, edge.kind))


def way_between(graph: Graph, one: AssetKey, other: AssetKey) -> list[Edge]:
    """The places along the shortest way between two assets, whichever needs the other; empty when none does."""
    path = path_between(graph, one, other) or path_between(graph, other, one)
    return [edge for up, down in pairwise(path) for edge in edges_between(graph, up, down)]


def edge_row(edge: Edge) -> Row:
    """The edge as JSON."""
    return {
        "down": str(edge.down),
        "up": str(edge.up),
        "kind": edge.kind,
        "where": edge.span.where,
        "certainty": edge.certainty,
        **({"through": edge.through.where} if edge.through else {}),
    }


def edge_lines(edges: list[Edge]) -> Iterator[Line]:
    """`b needs a   sql   models/b.sql:3:15`, in columns."""
    names = [f"{edge.down} needs {edge.up}" for edge in edges]
    width = max(map(len, names), default=0)
    for name, edge in zip(names, edges, strict=True):
        likely = Piece("  likely, not certain", "warning") if edge.certainty == "likely" else ""
        place = f"{edge.span}, in {edge.through}" if edge.through else str(edge.span)
        yield line("  ", printable(name).ljust(width), Piece(f"  {edge.kind:<8}  ", "quiet"), printable(place), likely)
