"""The names of an open project."""

from __future__ import annotations

from functools import partial

from assetc.compiler.locate import fold_name
from assetc.compiler.names import Names, index_names
from assetc.compiler.place_assets import placed_assets, placed_sources
from assetc.runtime.workspace import Workspace


def names_of(workspace: Workspace) -> Names:
    """The names of the project, as the compiler resolved them."""
    project, graph = workspace.project, workspace.graph
    target = project.target
    return index_names(
        placed_assets(target, graph.assets.values()),
        placed_sources(target, (source for source in graph.sources.values() if not source.implicit)),
        workspace.compilation.written,
        fold=partial(fold_name, target),
        default_schema=fold_name(target, target.schema),
        default_database=fold_name(target, target.database) if target.database else None,
    )
