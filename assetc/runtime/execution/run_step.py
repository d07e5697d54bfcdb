"""Executes one step as a whole: its attempts, the checks that guard its publication, and the record of its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.plan import BuildStep, CheckStep, Step, StepId
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.execution.attempts import Fault, Retries, redacted, try_repeatedly
from assetc.runtime.execution.events import Event, LogWritten, StepFinished, StepRetried, StepStarted, StepStatus
from assetc.runtime.execution.inspection import Inspection
from assetc.runtime.execution.options import ExecuteOptions
from assetc.runtime.execution.recorder import Recorder, check_result, ended, materialization
from assetc.runtime.execution.relations import Relations
from assetc.runtime.execution.work import Attempt, Built, Checked, LogLevel, StepWork
from assetc.runtime.execution.worker import Worker
from assetc.runtime.identifiers import new_id
from assetc.runtime.redact import redact_within
from assetc.runtime.state.records import CheckResult, Materialization, RunRecord, StepEnd

Result = TypeVar("Result")

REPEATABLE = ("table", "view")
"""Materializations that may be built twice as well as once: their steps are not in the ledger."""


class StepRunner(Struct, frozen=True):
    """Executes the steps of one run. `pause` waits for some seconds and tells whether the run is to stop."""

    started: RunRecord
    work: StepWork
    recorder: Recorder
    relations: Relations
    gates: Mapping[StepId, CheckStep]
    options: ExecuteOptions
    emit: Callable[[Event], None]
    pause: Callable[[float], bool]

    def run(self, step: Step, worker: Worker) -> StepStatus:
        """Execute a step; what is below it may run after a success alone."""
        self.emit(StepStarted(time.time(), step))
        if isinstance(step, CheckStep):
            inputs = self.recorder.inputs_of(step)
            event, attempts = self._check(step, worker, None)
            self._end(event, attempts, check=self._result(event, step, inputs))
            return event.status
        return self._build(step, worker)

    def leave_out(self, step: Step, status: StepStatus, because: tuple[StepId, ...]) -> None:
        """A step is not executed, nor are the checks that it would have executed."""
        gates = self._gates_of(step) if isinstance(step, BuildStep) else ()
        for left in (step, *gates):
            self._end(StepFinished(time.time(), left, status, 0.0, because=because), 0)

    def _build(self, step: BuildStep, worker: Worker) -> StepStatus:
        began, event_id, inputs = time.perf_counter(), new_id(), self.recorder.inputs_of(step)
        inspection = Inspection(self._gates_of(step), lambda gate, relation: self._check(gate, worker, relation)[0])

        def once(number: int) -> Built:
            inspection.forget()
            attempt = self._attempt(step, worker, number, inspection.inspect)
            if self._may_be_done(step, number) and self.work.is_done(step, attempt):
                return Built("table", step.asset.relation, message="found in the ledger")
            return self.work.build(step, attempt)

        result, attempts = self._try(step, once)
        passed = not isinstance(result, Fault) and inspection.passes_afterwards()
        self._end_gates(step, inspection, event_id)
        event = self._built(step, result, time.perf_counter() - began)
        if isinstance(result, Fault):
            self._end(event, attempts)
            return result.status
        if result.relation is not None and result.kind in ("table", "view"):
            self.relations.put(result.relation, "view" if result.kind == "view" else "table")
        self._end(event, attempts, materialization(step, result, event_id, event, self.started, inputs))
        return "success" if passed else "failed"

    def _check(self, step: CheckStep, worker: Worker, relation: Relation | None) -> tuple[StepFinished, int]:
        """Execute a check, and tell how that ended."""
        began = time.perf_counter()
        result, attempts = self._try(
            step,
            lambda number: self.work.check(step, self._attempt(step, worker, number, _inspect_nothing), relation),
        )
        return self._checked(step, result, time.perf_counter() - began), attempts

    def _end_gates(self, step: BuildStep, inspection: Inspection, event_id: str) -> None:
        """The data that the checks read are those of the materialization that is about to be recorded."""
        for event in (*inspection.finished, *inspection.left_out(step.id)):
            gate = self.gates[event.step.id]
            self.emit(StepStarted(event.at - event.seconds, gate))
            self._end(event, 1, check=self._result(event, gate, {step.asset.key: event_id}))

    def _end(
        self,
        event: StepFinished,
        attempts: int,
        built: Materialization | None = None,
        check: CheckResult | None = None,
    ) -> None:
        """Record the end of a step, then tell of it."""
        succeeded = event.status == "success"
        recent = self.recorder.recent_with(event.step.id, event.seconds) if succeeded else ()
        record = ended(event, self.started.id, attempts)
        self.recorder.add(StepEnd(record, self.started.identity, built, check, recent))
        self.emit(event)

    def _built(self, step: BuildStep, result: Built | Fault, seconds: float) -> StepFinished:
        if isinstance(result, Fault):
            return _faulty(step, result, seconds)
        return StepFinished(
            time.time(),
            step,
            "success",
            seconds,
            message=self.options.redact(result.message),
            rows=result.rows,
            metadata=result.metadata,
        )

    def _checked(self, step: CheckStep, result: Checked | Fault, seconds: float) -> StepFinished:
        if isinstance(result, Fault):
            event = _faulty(step, result, seconds)
            return event if result.status == "canceled" else replace(event, check="error")
        told = None if result.diagnostic is None else redacted(result.diagnostic, self.options.redact)
        return StepFinished(
            time.time(),
            step,
            "success" if result.status in ("pass", "warn") else "failed",
            seconds,
            message=self.options.redact(result.message),
            check=result.status,
            failures=result.failures,
            diagnostic=told,
            metadata=result.metadata,
        )

    def _may_be_done(self, step: BuildStep, number: int) -> bool:
        """Whether an earlier attempt, or the run that this one resumes, can have come further than is recorded."""
        again = number > 1 or self.started.root_id != self.started.id
        return again and (step.asset.kind not in ("model", "seed") or step.asset.config.materialized not in REPEATABLE)

    def _result(self, event: StepFinished, step: CheckStep, inputs: Mapping[AssetKey, str]) -> CheckResult | None:
        return check_result(event, step, new_id(), self.started, inputs) if event.check else None

    def _gates_of(self, step: BuildStep) -> tuple[CheckStep, ...]:
        return tuple(self.gates[step_id] for step_id in step.gates if step_id in self.gates)

    def _attempt(self, step: Step, worker: Worker, number: int, inspect: Callable[[Relation | None], None]) -> Attempt:
        def log(level: LogLevel, message: str) -> None:
            self.emit(LogWritten(time.time(), level, self.options.redact(message), step.id))

        return Attempt(
            run_id=self.started.id,
            ledger_id=ledger_id(self.started, step.id),
            number=number,
            session=worker.session(),
            relations=self.relations,
            log=log,
            inspect=inspect,
            interruption=worker.interruption,
        )

    def _try(self, step: Step, once: Callable[[int], Result]) -> tuple[Result | Fault, int]:
        def note(attempt: int, delay: float, message: str) -> None:
            self.emit(StepRetried(time.time(), step, attempt, delay, message))

        own = step.asset.config.retries if isinstance(step, BuildStep) else None
        retries = Retries(self.options.retries, own or 0, note, self.pause)
        result, attempts = try_repeatedly(once, retries, self.options.redact)
        if not isinstance(result, Built | Checked | Fault):
            return result, attempts
        metadata = tuple((name, redact_within(value, self.options.redact)) for name, value in result.metadata)
        return replace(result, metadata=metadata), attempts


def ledger_id(run: RunRecord, step_id: StepId) -> str:
    """What stands in the ledger for a step: the same in a run and in those that resume it."""
    return f"{run.root_id}:{step_id}"


def _faulty(step: Step, fault: Fault, seconds: float) -> StepFinished:
    return StepFinished(
        time.time(),
        step,
        fault.status,
        seconds,
        message=fault.message,
        diagnostic=fault.diagnostic,
        because=fault.because,
        metadata=fault.metadata,
    )


def _inspect_nothing(_: Relation | None) -> None:
    """A check guards nothing itself."""
