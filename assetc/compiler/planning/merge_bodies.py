"""The assets that one function makes in a run are the outputs of one step."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from assetc.compiler.plan import ExecuteCheck, RunBody, Step, StepId


def merge_bodies(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, those of one function merged at the first; no check of one of its outputs holds back another."""
    bodies: dict[StepId, list[Step]] = {}
    for step in steps:
        if isinstance(step.work, RunBody):
            bodies.setdefault(step.id, []).append(step)
    if all(len(same) == 1 for same in bodies.values()):
        return tuple(steps)
    checked = {step.id: step.after for step in steps if isinstance(step.work, ExecuteCheck)}
    merged: dict[StepId, Step] = {}
    for step in steps:
        same = bodies.get(step.id, [step])
        own = {output.id for each in same for output in each.makes}
        needed = {up for each in same for up in each.after if up not in own and own.isdisjoint(checked.get(up, ()))}
        if len(same) == 1:
            merged[step.id] = step
        elif step.id not in merged:
            makes = tuple(output for each in same for output in each.makes)
            merged[step.id] = replace(step, makes=makes, after=tuple(sorted(needed)))
    return tuple(merged.values())
