"""Writes what happens in one run to the state, and knows which versions its steps read."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b

from assetc.compiler.asset import Check
from assetc.compiler.node import NodeId
from assetc.compiler.plan import BuildStep, CheckStep, Step, StepId, check_id
from assetc.compiler.planning.inputs import is_view
from assetc.compiler.planning.staleness import Recorded, physical_settings, version_read
from assetc.definitions.key import AssetKey
from assetc.runtime.execution.events import StepFinished, StepStatus
from assetc.runtime.execution.work import Built
from assetc.runtime.state.protocol import State
from assetc.runtime.state.records import (
    CheckResult,
    Materialization,
    RunRecord,
    StepEnd,
    StepRecord,
    Versions,
)

REMEMBERED_DURATIONS = 7

NEVER_BUILT = ""
"""The version of what did not exist when it was read."""


class Recorder:
    """The state as one run sees it. Called from all threads of the run.

    Ends of steps are written by whichever thread finds nobody writing, with all that have come up in the
    meantime: in the order in which they were added, so that a step is never recorded before its upstream.
    """

    def __init__(self, state: State, run: RunRecord) -> None:
        self._state = state
        self._run = run
        self._made: dict[AssetKey, Versions] = {}
        self._pending: list[StepEnd] = []
        self._adding = threading.Lock()
        self._writing = threading.Lock()

    @cached_property
    def _recent(self) -> dict[StepId, tuple[float, ...]]:
        """The last durations of the steps of the target, asked for when the first step is to be executed."""
        return dict(self._state.durations(self._run.identity))

    def usual(self, steps: Sequence[Step]) -> tuple[tuple[StepId, float], ...]:
        """The median of the last durations of each step that has any."""
        if not steps:
            return ()
        return tuple((step.id, _median(self._recent[step.id])) for step in steps if step.id in self._recent)

    def inputs_of(self, step: Step) -> dict[AssetKey, str]:
        """The versions of what the step is about to read."""
        if isinstance(step, CheckStep):
            return self._versions_read(step.check.assets, by_view=False)
        inputs = dict(step.inlined)
        if step.reads:
            inputs.update(self._versions_read(step.reads, by_view=is_view(step.asset)))
        return inputs

    def add(self, end: StepEnd) -> None:
        """Record the end of a step, after everything that it did is committed."""
        event = end.materialization
        if event is not None:
            self._made[event.key] = Versions(event.id, event.data_version, event.definition)
        with self._adding:
            self._pending.append(end)
        while self._pending and self._writing.acquire(blocking=False):
            try:
                self._write_pending()
            finally:
                self._writing.release()

    def flush(self) -> None:
        """Wait until all that was added is written."""
        with self._writing:
            self._write_pending()

    def recent_with(self, step_id: StepId, seconds: float) -> tuple[float, ...]:
        """The last durations of a step, this one included."""
        recent = (round(seconds, 4), *self._recent.get(step_id, ()))[:REMEMBERED_DURATIONS]
        self._recent[step_id] = recent
        return recent

    def _write_pending(self) -> None:
        with self._adding:
            batch, self._pending = self._pending, []
        if batch:
            self._state.end_steps(batch)

    def _versions_read(self, keys: tuple[AssetKey, ...], *, by_view: bool) -> dict[AssetKey, str]:
        """Versions as they are now. If another run made anew what this one made, the reader will count as stale."""
        made = self._made
        others = [key for key in keys if key not in made]
        known = self._state.versions(self._run.identity, others) if others else {}
        return {key: _version(made.get(key) or known.get(key), by_view=by_view) for key in keys}


def planned(step: Step, run_id: str) -> StepRecord:
    """The record of a step that has not begun; a reused one has ended with that."""
    if isinstance(step, CheckStep):
        check = step.check
        key = next(iter(check.assets), None)
        return StepRecord(run_id, step.id, "check", key, check.id.name, check_version(check))
    asset = step.asset
    status: StepStatus | None = "reused" if step.reuse else None
    return StepRecord(run_id, step.id, "build", asset.key, str(asset.key), asset.code_version, status)


def ended(event: StepFinished, run_id: str, attempts: int) -> StepRecord:
    """The record of a step that has ended."""
    before = planned(event.step, run_id)
    return StepRecord(
        run_id,
        before.id,
        before.kind,
        before.key,
        before.name,
        before.code_version,
        event.status,
        event.at - event.seconds,
        event.seconds,
        attempts,
        event.message,
        event.because,
    )


def materialization(
    step: BuildStep, built: Built, event_id: str, event: StepFinished, run: RunRecord, inputs: Mapping[AssetKey, str]
) -> Materialization:
    """The event that an asset was built."""
    definition = definition_of(step.asset.code_version, built.columns)
    own_version = built.data_version or event_id
    return Materialization(
        id=event_id,
        identity=run.identity,
        key=step.asset.key,
        run_id=run.id,
        step_id=step.id,
        at=event.at,
        code_version=step.asset.code_version,
        data_version=definition if built.kind == "view" else own_version,
        definition=definition,
        settings=physical_settings(step.asset),
        kind=built.kind,
        relation=built.relation if built.kind in ("table", "view") else None,
        rows=built.rows,
        columns=built.columns,
        metadata=built.metadata,
        inputs=inputs,
    )


def check_result(
    event: StepFinished, step: CheckStep, event_id: str, run: RunRecord, inputs: Mapping[AssetKey, str]
) -> CheckResult:
    """The result of an executed check."""
    check = step.check
    return CheckResult(
        id=event_id,
        identity=run.identity,
        name=check.id.name,
        key=next(iter(check.assets), None),
        run_id=run.id,
        step_id=step.id,
        at=event.at,
        status=event.check or "error",
        severity=check.config.severity,
        code_version=check_version(check),
        failures=event.failures,
        message=event.message,
        metadata=event.metadata,
        inputs=inputs,
    )


def definition_of(code_version: str, columns: tuple[tuple[str, str], ...]) -> str:
    """What a view that names an asset depends on: how that is made, and its columns where they are known."""
    if not columns:
        return code_version
    return f"{code_version}:{blake2b(repr(columns).encode(), digest_size=8).hexdigest()}"


def check_version(check: Check) -> str:
    """Changes when what a generic check asks for changes. The SQL of a singular one is not known here."""
    if check.kind == "singular":
        return ""
    told = repr((check.kind, check.column, check.arguments, check.config))
    return blake2b(told.encode(), digest_size=8).hexdigest()


def verified_checks(
    checks: Iterable[Check], results: Mapping[StepId, CheckResult], recorded: Mapping[AssetKey, Recorded]
) -> frozenset[NodeId]:
    """The checks whose last result, on data that are still the same, was no failure."""
    versions = {key: record.data_version for key, record in recorded.items()}
    found = ((check, results.get(check_id(check))) for check in checks)
    return frozenset(check.id for check, result in found if result and _is_verified(check, result, versions))


def _is_verified(check: Check, result: CheckResult, versions: Mapping[AssetKey, str]) -> bool:
    version = check_version(check)
    if result.status not in ("pass", "warn") or not version or version != result.code_version:
        return False
    return all(versions.get(key, NEVER_BUILT) == read for key, read in result.inputs.items())


def _version(found: Versions | None, *, by_view: bool) -> str:
    return NEVER_BUILT if found is None else version_read(found, by_view=by_view)


def _median(durations: tuple[float, ...]) -> float:
    ordered = sorted(durations)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
