"""The message when errors block the selected assets: which errors, and how to run without what they concern."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from assetc.cli.blocking import Obstacle
from assetc.cli.text.text import Line, Piece, fitted, line, printable
from assetc.cli.text.words import plural
from assetc.compiler.selection.members import Member
from assetc.compiler.selection.request import Selected

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
