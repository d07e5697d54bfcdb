"""Writes what happens in one run to the state, and knows which versions its steps read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b

from msgspec.structs import replace

from assetc.compiler.asset import Check, NodeId
from assetc.compiler.plan import ExecuteCheck, Output, Part, PartId, Step, check_id
from assetc.compiler.planning.inputs import is_view
from assetc.compiler.planning.staleness import Recorded, physical_settings
from assetc.definitions.key import AssetKey
from assetc.runtime.execution.events import StepFinished
from assetc.runtime.execution.work import Built
from assetc.runtime.state.records import CheckResult, Materialization, RunRecord, StepEnd, StepRecord, Versions
from assetc.runtime.state.sqlite import State

REMEMBERED_DURATIONS = 7

NEVER_BUILT = ""
"""The version of what did not exist when it was read."""


class Recorder:
    """The state as one run sees it. Called from all threads of the run.

    Ends are written by whichever thread finds nobody writing, with all that have come up in the meantime: in the order
    in which they were added, so that nothing is recorded before its upstream.
    """

    def __init__(self, state: State, run: RunRecord, file_version: Callable[[AssetKey], str]) -> None:
        self._state = state
        self._run = run
        self._file_version = file_version
        self._made: dict[AssetKey, Versions] = {}
        self._ended: set[PartId] = set()
        self._pending: list[StepEnd] = []
        self._adding = threading.Lock()
        self._writing = threading.Lock()

    @cached_property
    def _recent(self) -> dict[PartId, tuple[float, ...]]:
        """The last durations of outputs and checks of the target, asked for when the first step is to be executed."""
        return dict(self._state.durations(self._run.identity))

    def usual(self, steps: Sequence[Step]) -> tuple[tuple[PartId, float], ...]:
        """The median of the last durations of each part of the steps that has any."""
        if not steps:
            return ()
        parts = (part.id for step in steps for part in step.parts)
        return tuple((part, _median(self._recent[part])) for part in parts if part in self._recent)

    def inputs_of(self, part: Part) -> dict[AssetKey, str]:
        """The versions of what an output or a check is about to read."""
        if isinstance(part, ExecuteCheck):
            return self._versions_read(part.check.assets, by_view=False)
        inputs = dict(part.inlined)
        if part.reads:
            inputs.update(self._versions_read(part.reads, by_view=is_view(part.asset)))
        inputs.update((key, self._file_version(key)) for key in part.files)
        return inputs

    def has_ended(self, part: Part) -> bool:
        """Whether the end of an output or a check was added."""
        return part.id in self._ended

    def add(self, end: StepEnd) -> None:
        """Record an end, after everything that was done is committed."""
        self._ended.add(end.step.id)
        event = end.materialization
        if event is not None:
            self._made[event.key] = Versions(event.id, event.data_version, event.definition, event.kind, event.path)
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

    def recent_with(self, part: Part, seconds: float) -> tuple[float, ...]:
        """The last durations of an output or a check, this one included."""
        recent = (round(seconds, 4), *self._recent.get(part.id, ()))[:REMEMBERED_DURATIONS]
        self._recent[part.id] = recent
        return recent

    def _write_pending(self) -> None:
        with self._adding:
            batch, self._pending = self._pending, []
        if batch:
            self._state.end_steps(batch)

    def versions(self, keys: Collection[AssetKey]) -> dict[AssetKey, Versions]:
        """What is there of assets now. If another run made again what this one made, the reader will count as stale."""
        made = {key: self._made[key] for key in keys if key in self._made}
        others = [key for key in keys if key not in made]
        return {**self._state.versions(self._run.identity, others), **made} if others else made

    def _versions_read(self, keys: tuple[AssetKey, ...], *, by_view: bool) -> dict[AssetKey, str]:
        known = self.versions(keys)
        return {key: _version(known.get(key), by_view=by_view) for key in keys}


def planned(step: Step, part: Part, run_id: str) -> StepRecord:
    """The record of a part of a step that has not begun."""
    if isinstance(part, ExecuteCheck):
        check = part.check
        key, name, version = next(iter(check.assets), None), check.id.name, check_version(check)
    else:
        key, name, version = part.asset.key, str(part.asset.key), part.asset.code_version
    return StepRecord(
        run_id,
        part.id,
        "check" if isinstance(part, ExecuteCheck) else "build",
        key,
        name,
        version,
        connection=step.connection,
        partition=step.partition,
    )


def ended(event: StepFinished, run_id: str, attempts: int) -> StepRecord:
    """The record of a part that has ended."""
    return replace(
        planned(event.step, event.part, run_id),
        status=event.status,
        started_at=event.at - event.seconds,
        seconds=event.seconds,
        attempts=attempts,
        message=event.message,
        because=event.because,
    )


def materialization(
    event: StepFinished, output: Output, built: Built, event_id: str, run: RunRecord, inputs: Mapping[AssetKey, str]
) -> Materialization:
    """The event that an asset was made."""
    asset = output.asset
    definition = definition_of(asset.code_version, built.columns)
    own_version = built.data_version or event_id
    return Materialization(
        id=event_id,
        identity=run.identity,
        key=asset.key,
        run_id=run.id,
        step_id=output.id,
        at=event.at,
        code_version=asset.code_version,
        data_version=definition if built.kind == "view" else own_version,
        definition=definition,
        settings=physical_settings(asset),
        kind=built.kind,
        relation=built.relation if built.kind in ("table", "view") else None,
        path=built.path,
        partition=event.step.partition,
        rows=built.rows,
        columns=built.columns,
        metadata=event.metadata,
        inputs=inputs,
    )


def check_result(
    event: StepFinished, test: ExecuteCheck, event_id: str, run: RunRecord, inputs: Mapping[AssetKey, str]
) -> CheckResult:
    """The result of an executed check."""
    check = test.check
    return CheckResult(
        id=event_id,
        identity=run.identity,
        name=check.id.name,
        key=next(iter(check.assets), None),
        run_id=run.id,
        step_id=test.id,
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
    text = repr((check.kind, check.column, check.arguments, check.config))
    return blake2b(text.encode(), digest_size=8).hexdigest()


def verified_checks(
    checks: Iterable[Check], results: Mapping[PartId, CheckResult], recorded: Mapping[AssetKey, Recorded]
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
    if found is None:
        return NEVER_BUILT
    return found.definition if by_view else found.data_version


def _median(durations: tuple[float, ...]) -> float:
    ordered = sorted(durations)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
