"""The names of an open project."""

from __future__ import annotations

from assetc.compiler.names.names import Names
from assetc.compiler.names.names_of_graph import names_of_graph
from assetc.runtime.workspace import Workspace


def names_of(workspace: Workspace) -> Names:
    """The names of the project, as the compiler resolved them."""
    return names_of_graph(workspace.project, workspace.graph, workspace.compilation.written)
