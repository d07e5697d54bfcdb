"""Going on with a run that failed, was cancelled or was killed: what of it is left to do."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Adapter, Identity, Session
from assetc.compiler.asset import Graph
from assetc.compiler.plan import check_id, output_id
from assetc.compiler.planning.inputs import Inputs, find_inputs
from assetc.compiler.planning.staleness import physical_settings
from assetc.compiler.selection.request import Selected
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.execution.recorder import NEVER_BUILT, definition_of
from assetc.runtime.execution.work import ledger_id
from assetc.runtime.processes import is_alive
from assetc.runtime.state.records import Materialization, RunEnd, RunFilter, RunRecord, StepEnd, StepRecord, new_id
from assetc.runtime.state.sqlite import State


class Remaining(Struct, frozen=True):
    """What a run left to do. `lost` are steps whose asset or check the project has no more."""

    run: RunRecord
    selected: Selected
    lost: tuple[StepRecord, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.selected)


def last_run(state: State, identity: Identity) -> RunRecord | None:
    """The run that `retry` goes on with; None if there was none on this target."""
    return next(iter(state.runs(RunFilter(identity=identity, limit=1))), None)


def unfinished_runs(state: State, identity: Identity) -> tuple[RunRecord, ...]:
    """The runs whose process died before they ended, newest first."""
    running = state.runs(RunFilter(identity=identity, status="running"))
    return tuple(run for run in running if not is_alive(run.process))


def recover(
    graph: Graph, state: State, identity: Identity, find_done: Callable[[Sequence[str]], Collection[str]]
) -> tuple[StepRecord, ...]:
    """End the runs whose process died; those of their steps that `find_done` finds in the ledger are done."""
    recovered: list[StepRecord] = []
    for run in unfinished_runs(state, identity):
        pending = [step for step in state.steps(run.id) if step.kind == "build" and step.status is None]
        done = find_done([ledger_id(run.root_id, step.id) for step in pending]) if pending else ()
        found = [step for step in pending if ledger_id(run.root_id, step.id) in done]
        if found:
            inputs = find_inputs(graph)
            state.end_steps([_recovered(step, run, graph, inputs, state) for step in found])
        state.end_run(RunEnd(run.id, "failed", time.time()))
        recovered.extend(found)
    return tuple(recovered)


def find_in_ledger(
    adapter: Adapter, session: Session, ledgers: Iterable[Relation], ledger_ids: Sequence[str]
) -> frozenset[str]:
    """Those of the ledger ids that any of these ledgers, which must exist, holds."""
    found: set[str] = set()
    for ledger in ledgers:
        for chunk in (ledger_ids[start : start + 1000] for start in range(0, len(ledger_ids), 1000)):
            found.update(str(row[0]) for row in session.query(adapter.ledger_query(ledger, chunk))[1])
    return frozenset(found)


def remaining(run: RunRecord, graph: Graph, state: State) -> Remaining:
    """What is left of a run: assets that did not succeed, checks that did not pass or that read such an asset."""
    steps = state.steps(run.id)
    pending = [step for step in steps if step.status != "success"]
    keys = (
        frozenset(step.key for step in pending if step.kind == "build" and step.key is not None) & graph.assets.keys()
    )
    failed = {step.id for step in pending}
    planned = {step.id for step in steps}
    checks = {check_id(check): check for check in graph.checks.values() if check_id(check) in planned}
    again = {step_id for step_id, check in checks.items() if step_id in failed or not keys.isdisjoint(check.assets)}
    known = {*(output_id(graph.assets[key]) for key in keys), *checks}
    lost = tuple(step for step in pending if step.id not in known)
    return Remaining(run, Selected(keys, nodes=frozenset(checks[step_id].id for step_id in again)), lost)


def _recovered(
    step: StepRecord, run: RunRecord, graph: Graph, inputs: Mapping[AssetKey, Inputs], state: State
) -> StepEnd:
    """The end of a step that only the ledger knows of, with what is known of it now."""
    at, event_id = time.time(), new_id()
    ended = replace(step, status="success", started_at=at, seconds=0.0, attempts=1, message="found in the ledger")
    asset = graph.assets.get(step.key) if step.key is not None else None
    if asset is None or asset.relation is None:
        return StepEnd(ended, run.identity)
    event = Materialization(
        id=event_id,
        identity=run.identity,
        key=asset.key,
        run_id=run.id,
        step_id=step.id,
        at=at,
        code_version=step.code_version,
        data_version=event_id,
        definition=definition_of(step.code_version, ()),
        settings=physical_settings(asset),
        kind="table",
        relation=asset.relation,
        inputs=_inputs_known(inputs[asset.key], run, state),
    )
    return StepEnd(ended, run.identity, event)


def _inputs_known(inputs: Inputs, run: RunRecord, state: State) -> dict[AssetKey, str]:
    """The versions of the upstream that stand in the records; what is not there yet counts as not read."""
    known = state.versions(run.identity, inputs.reads)
    read = {key: known[key].data_version if key in known else NEVER_BUILT for key in inputs.reads}
    return {**dict(inputs.inlined), **read}
