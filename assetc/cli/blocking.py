"""Whether an error stands in the way of what is selected: one broken file does not stop what does not need it."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.compiler.asset import Asset, Graph
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.graph import walk
from assetc.compiler.selection.request import Selected
from assetc.definitions.key import AssetKey
from assetc.runtime.workspace import Workspace

LOCAL_KINDS = frozenset({"model", "python", "seed", "snapshot", "check"})
"""Kinds of files whose faults concern nobody but what the file defines."""

OF_SEVERAL = frozenset({"E102", "E103", "E105"})
"""Faults that several assets have together: one key, one cycle, one relation."""


def blocks(problem: Diagnostic, workspace: Workspace, selected: Selected) -> bool:
    """Whether an error concerns what is selected, or the project as a whole."""
    if problem.span is None:
        return True
    kinds = {file.path: file.kind for file in workspace.project.files}
    places = {problem.span.path}
    if problem.code in OF_SEVERAL or kinds.get(problem.span.path) == "macro":  # who calls a macro stands beside it
        places |= {note.span.path for note in problem.related}
    if any(kinds.get(place) not in LOCAL_KINDS | {"properties", "macro"} for place in places):
        return True
    return not places.isdisjoint(_needed_files(workspace.graph, selected))


def _needed_files(graph: Graph, selected: Selected) -> Iterator[str]:
    """The files that what is selected is made of: its own, and those of the ephemeral models inlined into it."""
    for key in selected.assets | _inlined(graph, selected.assets):
        asset = graph.assets[key]
        yield asset.path
        if asset.patch_path:
            yield asset.patch_path
    for check in graph.checks:
        if check.name in selected.checks:
            yield check.span.path
            if check.path:
                yield check.path


def _inlined(graph: Graph, keys: frozenset[AssetKey]) -> frozenset[AssetKey]:
    """The ephemeral models that the assets read, through other ephemeral models too."""
    ephemeral = {
        key: tuple(up for up in graph.upstream[key] if _is_ephemeral(graph.assets.get(up))) for key in graph.assets
    }
    return walk(ephemeral, keys, None)


def _is_ephemeral(asset: Asset | None) -> bool:
    return asset is not None and asset.config.materialized == "ephemeral"
