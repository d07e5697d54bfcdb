"""The plan: from what was selected to the steps that run, in their order, each with its reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Asset, Check, Graph
from assetc.compiler.graph import ancestors, order, with_shared_needs
from assetc.compiler.operation import RelationKind
from assetc.compiler.plan import (
    MATERIALIZE,
    REUSE,
    ExecuteCheck,
    Output,
    PartId,
    Plan,
    RunBody,
    Step,
    StepId,
    check_id,
    output_id,
    step_id,
)
from assetc.compiler.planning.inputs import Inputs, find_inputs, is_ephemeral
from assetc.compiler.planning.place_checks import Publish, with_checks
from assetc.compiler.planning.staleness import NOTHING_REMEMBERED, Condition, Remembered, assess
from assetc.compiler.selection.request import Command, Selected
from assetc.definitions.key import AssetKey, parts_of

SELECTED = ("selected",)


class PlanRequest(Struct, frozen=True):
    """What a command asks for.

    `connection` is the one on which its steps work. `changed`: only what is missing or stale. `seeds`: whether `run`
    loads the selected seeds whose content changed (native projects) or leaves them alone (dbt projects). `publish`:
    when readers see a table that `build` checks.
    """

    command: Command
    connection: str = ""
    changed: bool = False
    full_refresh: bool = False
    seeds: Literal["changed", "none"] = "changed"
    publish: Publish = "after_checks"


def make_plan(
    graph: Graph, selected: Selected, request: PlanRequest, remembered: Remembered = NOTHING_REMEMBERED
) -> Plan:
    """The steps of a command on what was selected. Equal arguments give equal plans."""
    keys = tuple(sorted(selected.assets, key=parts_of))
    checks = _wanted_checks(graph, selected, request)
    if request.command == "test":
        tests = (ExecuteCheck(check_id(check), check) for check in checks)
        return Plan("test", tuple(Step(test.id, (), test, request.connection) for test in tests), keys)
    choice = _choose(graph, selected, request, remembered)
    checks = _worth_checking(checks, choice.reused, remembered)
    barriers = choice.reused.intersection(key for check in checks for key in check.assets)
    builds, nearest = _asset_steps(choice, barriers, request, remembered)
    steps = tuple(builds.values())
    if request.command == "build":
        behind = {key: nearest[key] for key in choice.ordered if is_ephemeral(choice.graph.assets[key])}
        steps = with_checks(builds, barriers, behind, checks, publish=request.publish, connection=request.connection)
    return Plan(request.command, merge_bodies(steps), keys)


def _wanted_checks(graph: Graph, selected: Selected, request: PlanRequest) -> tuple[Check, ...]:
    if request.command not in ("build", "test"):
        return ()
    wanted = (check for check in graph.checks.values() if check.id in selected.nodes and check.config.enabled)
    return tuple(sorted(wanted, key=check_id))


class _Choice(Struct, frozen=True):
    """What the command is about, in topological order. `graph` also has the needs that outputs of a function share."""

    graph: Graph
    ordered: tuple[AssetKey, ...]
    inputs: Mapping[AssetKey, Inputs]
    conditions: Mapping[AssetKey, Condition]
    built: frozenset[AssetKey]
    reused: frozenset[AssetKey]


def _choose(graph: Graph, selected: Selected, request: PlanRequest, remembered: Remembered) -> _Choice:
    ordered = order(graph, concerned(graph, selected))
    inputs = find_inputs(graph, ordered)
    conditions = assess(graph, ordered, inputs, remembered)
    chosen = [key for key in ordered if key in selected.assets and _is_built_by(graph.assets[key], request)]
    reused = {key for key in chosen if _may_reuse(graph.assets[key], conditions[key], request)}
    executed = with_shared_needs(graph, (key for key in chosen if key not in reused))
    if executed is not graph:
        ordered = order(executed, concerned(executed, selected))
    return _Choice(executed, ordered, inputs, conditions, frozenset(chosen), frozenset(reused))


def concerned(graph: Graph, selected: Selected) -> Set[AssetKey]:
    """What is selected and everything upstream of it: the condition of no other asset counts."""
    if len(selected.assets) >= len(graph.assets):
        return graph.assets.keys()
    return graph.assets.keys() & (selected.assets | ancestors(graph, selected.assets, None))


def _asset_steps(
    choice: _Choice, barriers: Collection[AssetKey], request: PlanRequest, remembered: Remembered
) -> tuple[dict[AssetKey, Step], dict[AssetKey, tuple[PartId, ...]]]:
    """A step for each asset, in topological order, and what a reader of each asset waits for.

    What is below `barriers`, reused assets to be checked, waits.
    """
    steps: dict[AssetKey, Step] = {}
    nearest: dict[AssetKey, tuple[PartId, ...]] = {}
    for key in choice.ordered:
        asset = choice.graph.assets[key]
        after = _nearest_executed(choice.graph.upstream.get(key, ()), nearest)
        if key in choice.reused:
            steps[key] = _reuse_step(asset, choice.inputs[key], request)
            nearest[key] = (*after, steps[key].id) if key in barriers else after
        elif key in choice.built:
            output = _output(asset, choice, request, remembered)
            work = RunBody(asset.step_name or asset.key.name) if asset.kind == "python" else MATERIALIZE
            steps[key] = Step(step_id(asset), (output,), work, request.connection, after)
            nearest[key] = (output.id,)
        else:
            nearest[key] = after
    return steps, nearest


def _nearest_executed(
    upstream: Iterable[AssetKey], nearest: Mapping[AssetKey, tuple[PartId, ...]]
) -> tuple[PartId, ...]:
    """The outputs of executed steps that one meets first, going up, on the way through what is not executed."""
    found = [nearest[key] for key in upstream if nearest.get(key)]
    if len(found) < 2:
        return found[0] if found else ()
    return tuple(sorted({part for parts in found for part in parts}))


def _is_built_by(asset: Asset, request: PlanRequest) -> bool:
    if is_ephemeral(asset):
        return False
    if request.command == "seed":
        return asset.kind == "seed"
    if request.command == "run":
        return asset.kind in ("model", "python") or (asset.kind == "seed" and request.seeds == "changed")
    return True


def _may_reuse(asset: Asset, condition: Condition, request: PlanRequest) -> bool:
    if condition.freshness != "fresh" or asset.config.refreshes(asked=request.full_refresh):
        return False
    return request.changed or (asset.kind == "seed" and request.command == "run")


def _reuse_step(asset: Asset, inputs: Inputs, request: PlanRequest) -> Step:
    why = "seed content unchanged" if asset.kind == "seed" else "fresh"
    output = Output(output_id(asset), asset, (why,), reads=inputs.reads, files=inputs.files)
    return Step(output.id, (output,), REUSE, request.connection)


def _output(asset: Asset, choice: _Choice, request: PlanRequest, remembered: Remembered) -> Output:
    inputs, refresh = choice.inputs[asset.key], asset.config.refreshes(asked=request.full_refresh)
    reasons = (("full refresh",) if refresh else ()) + tuple(map(str, choice.conditions[asset.key].reasons))
    return Output(
        output_id(asset),
        asset,
        reasons or SELECTED,
        full_refresh=refresh,
        reads=inputs.reads,
        inlined=inputs.inlined,
        files=inputs.files,
        existing=known_kind(asset, remembered),
    )


def known_kind(asset: Asset, remembered: Remembered) -> RelationKind | None:
    """The kind of relation that an asset has: as the warehouse says, or as was recorded where it was not asked."""
    if asset.relation is None:
        return None
    if remembered.existing is not None:
        return remembered.existing.get(asset.relation)
    record = remembered.recorded.get(asset.key)
    if record is None or record.relation != asset.relation:
        return None
    return "view" if record.kind == "view" else "table"


def _worth_checking(
    checks: tuple[Check, ...], reused: frozenset[AssetKey], remembered: Remembered
) -> tuple[Check, ...]:
    """The checks but those that passed on data which this plan leaves as it is."""
    return tuple(
        check
        for check in checks
        if check.id not in remembered.verified or not check.assets or not reused.issuperset(check.assets)
    )


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
