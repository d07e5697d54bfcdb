"""What is said about the edges of an asset."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from assetc.cli.listing import Row
from assetc.cli.text.text import Line, Piece, line, printable
from assetc.compiler.asset import Edge, Graph
from assetc.compiler.graph import path_between
from assetc.definitions.key import AssetKey


def edges_between(graph: Graph, up: AssetKey, down: AssetKey) -> list[Edge]:
    """The places where `down` reads `up`."""
    found = {edge for edge in graph.edges if edge.up == up and edge.down == down}
    return sorted(found, key=lambda edge: (edge.span.path, edge.span.start, edge.kind))


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
    }


def edge_lines(edges: list[Edge]) -> Iterator[Line]:
    """`b needs a   sql   models/b.sql:3:15`, in columns."""
    names = [f"{edge.down} needs {edge.up}" for edge in edges]
    width = max(map(len, names), default=0)
    for name, edge in zip(names, edges, strict=True):
        likely = Piece("  likely, not certain", "warning") if edge.certainty == "likely" else ""
        yield line(
            "  ", printable(name).ljust(width), Piece(f"  {edge.kind:<8}  ", "quiet"), printable(str(edge.span)), likely
        )
