"""What a command works on: a fault of anything else does not stop it, and is counted instead of shown."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from assetc.compiler.asset import NodeId
from assetc.compiler.selection.request import Command, Selected, SelectionRequest
from assetc.definitions.key import AssetKey
from assetc.runtime.workspace import Workspace

Unnamed: TypeAlias = Literal["assets", "seeds", "checks", "macros"]
"""What a file that cannot be read may define: nobody knows which."""

ALL: frozenset[Unnamed] = frozenset({"assets", "seeds", "checks", "macros"})

BUILT_BY: dict[Command, frozenset[str]] = {
    "run": frozenset({"model", "python", "snapshot", "seed"}),
    "build": frozenset({"model", "python", "snapshot", "seed"}),
    "seed": frozenset({"seed"}),
    "test": frozenset(),
}
"""The kinds of assets that a command builds."""

UNNAMED: dict[Command, frozenset[Unnamed]] = {
    "run": ALL - {"checks"},
    "build": ALL,
    "seed": frozenset({"seeds"}),
    "test": ALL - {"seeds"},  # of an asset that is not known, no check is known
}
"""What a command would also execute, could it be read, when everything is asked for."""


class Wanted(Struct, frozen=True):
    """The assets and checks that a command works on.

    `checked` are the assets whose checks it executes, also those that are too wrong to be checks. `unnamed` is what it
    would also work on, did somebody know its name. `excludes`: whether the command can be told to leave something out.
    """

    assets: frozenset[AssetKey] = frozenset()
    checks: frozenset[NodeId] = frozenset()
    checked: frozenset[AssetKey] = frozenset()
    unnamed: frozenset[Unnamed] = frozenset()
    uses_selectors: bool = False
    excludes: bool = False
    others: str = "in files that are not selected"
    """How the files of everything else are called."""


def wanted_by(command: Command, selected: Selected, request: SelectionRequest, workspace: Workspace) -> Wanted:
    """What a command that executes works on, of what is selected."""
    kinds, assets = BUILT_BY[command], workspace.graph.assets
    if command == "run" and not workspace.project.rules.loads_seeds:
        kinds -= {"seed"}
    is_all = asks_for_everything(request)
    has_checks = command in ("build", "test")
    return Wanted(
        assets=frozenset(key for key in selected.assets if assets[key].kind in kinds),
        checks=selected.nodes if has_checks else frozenset(),
        checked=selected.assets | selected.sources if has_checks else frozenset(),
        unnamed=UNNAMED[command] if is_all else frozenset(),
        uses_selectors=_uses_selectors(request),
        excludes=True,
        others=f"in files that assetc {command} does not need" if is_all else Wanted().others,
    )


def all_of(selected: Selected, request: SelectionRequest) -> Wanted:
    """All that is selected, for a command that looks at it."""
    return Wanted(
        assets=selected.assets,
        checks=selected.nodes,
        checked=selected.assets | selected.sources,
        unnamed=ALL if asks_for_everything(request) else frozenset(),
        uses_selectors=_uses_selectors(request),
        excludes=True,
    )


def asks_for_everything(request: SelectionRequest) -> bool:
    """Whether nothing was said of what to take."""
    return not (request.select or request.exclude or request.selector or request.resource_types)


def _uses_selectors(request: SelectionRequest) -> bool:
    """Whether what `selectors.yml` says can matter; without a selection it may define the default one."""
    words = (*request.select, *request.exclude)
    return not words or bool(request.selector) or any("selector:" in word for word in words)
