"""A plan as text or JSON."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.cli.opening import Opened
from assetc.cli.progress.step_words import kind_of, name_of, place_of, short_id
from assetc.cli.text.json_text import Fields, encoded
from assetc.cli.text.text import Line, Piece, line, printable
from assetc.cli.text.words import plural
from assetc.compiler.abilities import Abilities
from assetc.compiler.materialization.strategy import strategy_for
from assetc.compiler.plan import BuildStep, CheckStep, Plan, Step


def give_plan(opened: Opened, plan: Plan, *, as_json: bool) -> None:
    """Print the plan."""
    abilities = opened.workspace.adapter.abilities
    if as_json:
        rows = [_row(step, abilities) for step in plan.steps]
        opened.output.give_text(encoded({"command": plan.command, "steps": rows}))
    else:
        opened.output.give(_lines(plan, abilities))


def _row(step: Step, abilities: Abilities) -> Fields:
    own: Fields = (
        {"check": step.check.name, "gate_of": step.gate_of}
        if isinstance(step, CheckStep)
        else {"asset": name_of(step), "reuse": step.reuse, "full_refresh": step.full_refresh}
    )
    return {
        "id": step.id,
        **own,
        "effect": effect_of(step, abilities),
        "kind": kind_of(step),
        "reasons": list(step.reasons),
        "after": list(step.after),
        "place": place_of(step),
    }


def _lines(plan: Plan, abilities: Abilities) -> Iterator[Line]:
    builds = [step for step in plan.steps if isinstance(step, BuildStep)]
    reused = sum(step.reuse for step in builds)
    checks = len(plan.steps) - len(builds)
    parts = [f"{len(builds) - reused} to build"] if builds else []
    parts += [f"{reused} to reuse"] if reused else []
    parts += [plural(checks, "check")] if checks else []
    yield line(Piece(plan.command, "strong"), f"  {' · '.join(parts) or 'nothing to do'}")
    rows = [(name_of(step), kind_of(step), effect_of(step, abilities)) for step in plan.steps]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for step, row in zip(plan.steps, rows, strict=True):
        yield _step_line(step, [printable(word).ljust(width) for word, width in zip(row, widths, strict=True)])


def _step_line(step: Step, words: list[str]) -> Line:
    name, kind, effect = words
    after = f"after {', '.join(map(short_id, step.after))}" if step.after else ""
    gate = f"before {step.gate_of} is published" if isinstance(step, CheckStep) and step.gate_of else ""
    why = "; ".join(filter(None, (*step.reasons, gate or after)))
    return line(_mark(step), name, Piece(f"  {kind}  ", "quiet"), effect, Piece(f"  {printable(why)}", "quiet"))


def effect_of(step: Step, abilities: Abilities) -> str:
    """What the step does to its asset's relation, as far as that is known: `create`, `replace`, `merge` and so on."""
    if isinstance(step, CheckStep):
        return "query"
    if step.reuse:
        return "reuse"
    if step.adds_rows:
        return strategy_for(step.asset.config, abilities)
    if step.stands is not None:
        return "replace"
    return "execute" if step.asset.kind == "python" else "create"


def _mark(step: Step) -> Piece:
    if isinstance(step, CheckStep):
        return Piece("  ? ", "accent")
    return Piece("  = ", "quiet") if step.reuse else Piece("  + ", "good")
