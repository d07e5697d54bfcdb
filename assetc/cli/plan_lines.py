"""A plan as text or JSON."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.cli.json_text import Fields, encoded
from assetc.cli.opening import Opened
from assetc.cli.step_words import kind_of, name_of, place_of, short_id
from assetc.cli.text import Line, Piece, line, printable
from assetc.cli.words import plural
from assetc.compiler.plan import BuildStep, CheckStep, Plan, Step


def give_plan(opened: Opened, plan: Plan, *, as_json: bool) -> None:
    """Print the plan."""
    if as_json:
        opened.output.give_text(encoded({"command": plan.command, "steps": list(map(_row, plan.steps))}))
    else:
        opened.output.give(_lines(plan))


def _row(step: Step) -> Fields:
    own: Fields = (
        {"check": name_of(step), "gate_of": step.gate_of}
        if isinstance(step, CheckStep)
        else {"asset": name_of(step), "reuse": step.reuse, "full_refresh": step.full_refresh}
    )
    return {
        "id": step.id,
        **own,
        "kind": kind_of(step),
        "reasons": list(step.reasons),
        "after": list(step.after),
        "place": place_of(step),
    }


def _lines(plan: Plan) -> Iterator[Line]:
    builds = [step for step in plan.steps if isinstance(step, BuildStep)]
    reused = sum(step.reuse for step in builds)
    checks = len(plan.steps) - len(builds)
    parts = [f"{len(builds) - reused} to build"] if builds else []
    parts += [f"{reused} to reuse"] if reused else []
    parts += [plural(checks, "check")] if checks else []
    yield line(Piece(plan.command, "strong"), f"  {' · '.join(parts) or 'nothing to do'}")
    width = max((len(name_of(step)) for step in plan.steps), default=0)
    for step in plan.steps:
        yield _step_line(step, width)


def _step_line(step: Step, width: int) -> Line:
    after = f"after {', '.join(map(short_id, step.after))}" if step.after else ""
    gate = f"before {step.gate_of} is published" if isinstance(step, CheckStep) and step.gate_of else ""
    words = "; ".join(filter(None, (*step.reasons, gate or after)))
    name = printable(name_of(step)).ljust(width)
    return line(_mark(step), name, Piece(f"  {kind_of(step):<12}  ", "quiet"), Piece(printable(words), "quiet"))


def _mark(step: Step) -> Piece:
    if isinstance(step, CheckStep):
        return Piece("  ? ", "accent")
    return Piece("  = ", "quiet") if step.reuse else Piece("  + ", "good")
