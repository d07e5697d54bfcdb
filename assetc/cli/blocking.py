"""Which errors stand in the way of what is selected: one broken file does not stop what does not need it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.selection.members import Member
from assetc.compiler.selection.request import Selected, SelectionRequest
from assetc.runtime.workspace import Workspace


class Obstacle(Struct, frozen=True):
    """An error that concerns what is selected: these members of it, or the whole project where that is None."""

    problem: Diagnostic
    members: frozenset[Member] | None


def obstacles(
    errors: Sequence[Diagnostic], workspace: Workspace, selected: Selected, request: SelectionRequest
) -> tuple[Obstacle, ...]:
    """The errors that stand in the way. When everything is asked for, every error does."""
    if not errors:
        return ()
    from assetc.cli.affected import Affected  # only a fault needs YAML in a warm start

    affected = Affected(workspace, uses_selectors=_uses_selectors(request))
    wanted: frozenset[Member] = selected.assets | selected.nodes
    found: list[Obstacle] = []
    for error in errors:
        concerned = affected.of(error)
        members = None if concerned is None else concerned & wanted
        if members is None or members or asks_for_everything(request):
            found.append(Obstacle(error, members))
    return tuple(found)


def asks_for_everything(request: SelectionRequest) -> bool:
    """Whether nothing was said of what to take."""
    return not (request.select or request.exclude or request.selector or request.resource_types)


def _uses_selectors(request: SelectionRequest) -> bool:
    """Whether what `selectors.yml` says can matter; without a selection it may define the default one."""
    words = (*request.select, *request.exclude)
    return not words or bool(request.selector) or any("selector:" in word for word in words)
