"""Which faults stand in the way of what a command works on: one broken file does not stop what does not need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from shlex import quote

from msgspec import Struct

from assetc.cli.text.text import Line, Piece, fitted, line, printable
from assetc.cli.text.words import plural
from assetc.cli.wanted import Wanted
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.selection.members import Member
from assetc.runtime.workspace import Workspace


class Obstacle(Struct, frozen=True):
    """An error that concerns what is wanted: these members of it, or the whole project where that is None."""

    problem: Diagnostic
    members: frozenset[Member] | None


class Concerns(Struct, frozen=True):
    """The faults of a project, as a command sees them: those of what it works on, and the others."""

    own: tuple[Diagnostic, ...] = ()
    others: tuple[Diagnostic, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()


def concerns(workspace: Workspace, wanted: Wanted) -> Concerns:
    """Which faults of the project are those of what a command works on."""
    if not workspace.diagnostics:
        return Concerns()
    from assetc.cli.affected import Affected  # a project without faults is opened without what reads its files

    affected = Affected(workspace, uses_selectors=wanted.uses_selectors)
    own: dict[Diagnostic, Obstacle] = {}
    for problem in workspace.diagnostics:
        found = affected.of(problem)
        members = found.among(wanted)
        if members is None or members or (not found.members and found.unnamed & wanted.unnamed):
            own[problem] = Obstacle(problem, members)
    return Concerns(
        own=tuple(own),
        others=tuple(problem for problem in workspace.diagnostics if problem not in own),
        obstacles=tuple(each for problem, each in own.items() if problem.severity == "error"),
    )


def other_lines(others: Sequence[Diagnostic], whose: str) -> Iterator[Line]:
    """`2 errors and 1 warning in files that are not selected: assetc compile shows them`, when there are any."""
    counts = Counter(problem.severity for problem in others)
    words = [plural(counts[severity], severity) for severity in ("error", "warning") if counts[severity]]
    if words:
        shows = Piece("assetc compile", "strong")
        yield line(f"{' and '.join(words)} {whose}: ", shows, f" shows {'it' if len(others) == 1 else 'them'}")


MOST_OBSTACLES = 10
MOST_NAMES = 3
MOST_EXCLUDED = 6


def obstacle_lines(obstacles: tuple[Obstacle, ...], wanted: Wanted, width: int) -> Iterator[Line]:
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
    rest = (wanted.assets | wanted.checks) - concerned
    if wanted.excludes and rest and 0 < len(excluded) <= MOST_EXCLUDED:
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
