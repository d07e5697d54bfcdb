"""Which errors stand in the way of what is selected: one broken file does not stop what does not need it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from msgspec import Struct

from assetc.cli.text.text import Line, Piece, fitted, line, printable
from assetc.cli.text.words import plural
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


MOST_OBSTACLES = 10
MOST_NAMES = 3
MOST_EXCLUDED = 6


def obstacle_lines(obstacles: tuple[Obstacle, ...], selected: Selected, width: int) -> Iterator[Line]:
    """The places of the errors, what each concerns, and what can be excluded if anything remains then."""
    rows = tuple(dict.fromkeys((_place(each), each.problem.code, _whom(each.members)) for each in obstacles))
    yield line(Piece(f"Stopped: {plural(len(rows), 'error')} in the way of what is selected", "strong bad"))
    longest = max(len(place) for place, _, _ in rows)
    for place, code, whom in rows[:MOST_OBSTACLES]:
        yield fitted(line(f"  {place:<{longest}}  ", Piece(code, "bad"), f"  concerns {whom}"), width)
    if len(rows) > MOST_OBSTACLES:
        yield line(f"  and {len(rows) - MOST_OBSTACLES} more")
    excluded = tuple(dict.fromkeys(_excluded(obstacles)))
    concerned = {member for each in obstacles for member in each.members or ()}
    if 0 < len(excluded) <= MOST_EXCLUDED and not concerned.issuperset(selected.assets):
        words = " ".join(map(quote, excluded))
        yield line(f"Correct {'it' if len(rows) == 1 else 'them'}, or go on: ", Piece(f"--exclude {words}", "strong"))


def _place(obstacle: Obstacle) -> str:
    return printable(str(obstacle.problem.span)) if obstacle.problem.span else "the project"


def _whom(members: frozenset[Member] | None) -> str:
    if members is None:
        return "the whole project"
    names = sorted(map(str, members))
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(names[:MOST_NAMES])}{more}" if names else "what this file would define"


def _excluded(obstacles: tuple[Obstacle, ...]) -> Iterator[str]:
    """What to exclude, with everything that needs it; nothing if an error concerns the whole project."""
    if any(obstacle.members is None for obstacle in obstacles):
        return
    for obstacle in obstacles:
        yield from (f"{member}+" for member in sorted(map(str, obstacle.members or ())))
        if not obstacle.members and obstacle.problem.span:
            yield f"path:{obstacle.problem.span.path}"
