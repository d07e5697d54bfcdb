"""A plan as text or JSON."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.cli.opening import Opened
from assetc.cli.progress.step_words import kind_of, name_of, place_of, reasons_of, short_id
from assetc.cli.text.output import Fields
from assetc.cli.text.text import Line, Piece, line, printable
from assetc.cli.text.words import plural
from assetc.compiler.abilities import Abilities
from assetc.compiler.materialization.strategy import strategy_for
from assetc.compiler.plan import ExecuteCheck, Output, Part, Plan, Step


def give_plan(opened: Opened, plan: Plan, *, as_json: bool) -> None:
    """Print the plan."""
    abilities = opened.workspace.adapter.abilities
    if as_json:
        rows = [_row(step, part, abilities) for step, part in _parts(plan)]
        opened.output.give_json({"command": plan.command, "steps": rows})
    else:
        opened.output.give(_lines(plan, abilities))


def _parts(plan: Plan) -> list[tuple[Step, Part]]:
    return [(step, part) for step in plan.steps for part in step.parts]


def _row(step: Step, part: Part, abilities: Abilities) -> Fields:
    own: Fields = (
        {"check": part.check.name, "gate_of": part.gate_of}
        if isinstance(part, ExecuteCheck)
        else {"asset": name_of(part), "reuse": step.is_reused, "full_refresh": part.full_refresh}
    )
    return {
        "id": part.id,
        **own,
        "step": step.id,
        "connection": step.connection,
        "partition": step.partition,
        "effect": effect_of(step, part, abilities),
        "kind": kind_of(part),
        "reasons": list(reasons_of(part)),
        "after": list(step.after),
        "place": place_of(part),
    }


def _lines(plan: Plan, abilities: Abilities) -> Iterator[Line]:
    builds, reused, checks = plan.counts()
    words = [f"{builds} to build"] if builds or reused else []
    words += [f"{reused} to reuse"] if reused else []
    words += [plural(checks, "check")] if checks else []
    yield line(Piece(plan.command, "strong"), f"  {' · '.join(words) or 'nothing to do'}")
    parts = _parts(plan)
    rows = [(name_of(part), kind_of(part), effect_of(step, part, abilities)) for step, part in parts]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for (step, part), row in zip(parts, rows, strict=True):
        padded = [printable(word).ljust(width) for word, width in zip(row, widths, strict=True)]
        yield _part_line(step, part, padded)


def _part_line(step: Step, part: Part, words: list[str]) -> Line:
    name, kind, effect = words
    after = f"after {', '.join(map(short_id, step.after))}" if step.after else ""
    gate = f"before {part.gate_of} is published" if isinstance(part, ExecuteCheck) and part.gate_of else ""
    why = "; ".join(filter(None, (*reasons_of(part), gate or after)))
    return line(_mark(step), name, Piece(f"  {kind}  ", "quiet"), effect, Piece(f"  {printable(why)}", "quiet"))


def effect_of(step: Step, part: Part, abilities: Abilities) -> str:
    """What is done to the relation of an asset, as far as that is known: `create`, `replace`, `merge` and so on."""
    if not isinstance(part, Output):
        return "query"
    if step.is_reused:
        return "reuse"
    if part.adds_rows:
        return strategy_for(part.asset.config, abilities)
    if part.existing is not None:
        return "replace"
    return "execute" if part.asset.kind == "python" else "create"


def _mark(step: Step) -> Piece:
    if not step.makes:
        return Piece("  ? ", "accent")
    return Piece("  = ", "quiet") if step.is_reused else Piece("  + ", "good")
