"""The names of an open project."""

from __future__ import annotations

from assetc.compiler.index_names import Placed, index_names
from assetc.compiler.names import Names
from assetc.compiler.place_assets import placed_assets, placed_sources
from assetc.runtime.workspace import Workspace


def names_of(workspace: Workspace) -> Names:
    """The names of the project, as the compiler resolved them."""
    target, graph = workspace.project.target, workspace.graph
    declared = (source for source in graph.sources.values() if not source.implicit)
    placed = Placed(tuple(placed_assets(target, graph.assets.values())), tuple(placed_sources(target, declared)))
    return index_names(target, placed, workspace.compilation.written)
