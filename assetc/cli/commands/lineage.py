"""`assetc lineage`: what an asset needs and what needs it, as a tree."""

from __future__ import annotations

from collections.abc import Iterator

import click

from assetc.cli.asset_details import edge_row
from assetc.cli.listing import Row
from assetc.cli.opening import find_named, open_project, say_of
from assetc.cli.options.completing import AssetName
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.text.text import Line, Piece, line, printable
from assetc.compiler.asset import Graph
from assetc.compiler.graph import ancestors, descendants
from assetc.compiler.lineage_tree import Branch, lineage_tree
from assetc.definitions.key import AssetKey

DEPTH = click.IntRange(0)


@command_named("lineage")
@click.argument("name", type=AssetName())
@click.option("--up", type=DEPTH, metavar="N", help="How many steps upwards; all if not given, 0 for none.")
@click.option("--down", type=DEPTH, metavar="N", help="How many steps downwards; all if not given, 0 for none.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(invocation: Invocation, name: str, up: int | None, down: int | None, as_json: bool) -> int:
    """Show what an asset needs, and what needs it."""
    opened = open_project(invocation)
    graph = opened.workspace.graph
    key = find_named(opened, name)
    say_of(opened, key)
    if as_json:
        opened.output.give_json(_row(graph, key, up, down))
    else:
        opened.output.give(_lines(graph, key, up, down))
    return 0


def _row(graph: Graph, key: AssetKey, up: int | None, down: int | None) -> Row:
    above, below = ancestors(graph, [key], up), descendants(graph, [key], down)
    inside = above | below | {key}
    edges = {edge for edge in graph.edges if edge.up in inside and edge.down in inside}
    ordered = sorted(edges, key=lambda edge: (edge.down, edge.up, edge.span.start, edge.kind))
    return {
        "key": str(key),
        "up": sorted(map(str, above)),
        "down": sorted(map(str, below)),
        "edges": list(map(edge_row, ordered)),
    }


def _lines(graph: Graph, key: AssetKey, up: int | None, down: int | None) -> Iterator[Line]:
    tree = lineage_tree(graph, key, up, down)
    yield line(Piece(str(key), "strong"), _kind(graph, key))
    if up != 0:
        yield line(Piece("needs" if tree.up else "needs nothing", "quiet"))
        yield from (_branch(graph, branch) for branch in tree.up)
    if down != 0:
        yield line(Piece("is needed by" if tree.down else "is needed by nothing", "quiet"))
        yield from (_branch(graph, branch) for branch in tree.down)


def _branch(graph: Graph, branch: Branch) -> Line:
    *levels, last = branch.lasts
    indent = "".join("    " if ended else "│   " for ended in levels)
    more = Piece("  (see above or below)", "quiet") if branch.repeated else ""
    lead = Piece(f"{indent}{'└── ' if last else '├── '}", "quiet")
    return line(lead, printable(str(branch.key)), _kind(graph, branch.key), more)


def _kind(graph: Graph, key: AssetKey) -> Piece:
    asset = graph.assets.get(key)
    if asset is None:
        return Piece("  file" if graph.sources[key].file else "  source", "accent")
    return Piece(f"  {asset.config.materialized if asset.kind == 'model' else asset.kind}", "quiet")
