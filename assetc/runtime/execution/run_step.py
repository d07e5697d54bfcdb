"""Executes one step as a whole: its attempts, the checks that guard its publication, and the records of its ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import TypeVar

from msgspec import Struct, field

from assetc.compiler.plan import ExecuteCheck, Output, PartId, Step
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.execution.attempts import Fault, Retries, fault_of, try_repeatedly
from assetc.runtime.execution.ends import Ends
from assetc.runtime.execution.events import Event, LogWritten, StepFinished, StepRetried, StepStarted, StepStatus
from assetc.runtime.execution.inspection import Inspection
from assetc.runtime.execution.options import ExecuteOptions
from assetc.runtime.execution.recorder import Recorder, materialization
from assetc.runtime.execution.work import Attempt, Built, Checked, LogLevel, Relations, StepWork
from assetc.runtime.execution.worker import Worker
from assetc.runtime.state.records import RunRecord, new_id

Result = TypeVar("Result")


class StepRunner(Struct, frozen=True):
    """Executes the steps of one run. `pause` waits for some seconds and says whether the run is to stop."""

    started: RunRecord
    work: StepWork
    recorder: Recorder
    relations: Mapping[str, Relations]
    gates: Mapping[PartId, Step]
    options: ExecuteOptions
    emit: Callable[[Event], None]
    pause: Callable[[float], bool]

    @property
    def ends(self) -> Ends:
        """Where ends are recorded."""
        return Ends(self.started, self.recorder, self.options.redact, self.emit)

    def run(self, step: Step, worker: Worker) -> Mapping[PartId, StepStatus]:
        """Execute a step; what is below a part of it may run after a success alone."""
        self.emit(StepStarted(time.time(), step))
        if isinstance(step.work, ExecuteCheck):
            inputs = self.recorder.inputs_of(step.work)
            event, attempts = self.check(step, worker, None)
            self.ends.add_checked(event, attempts, inputs)
            return {step.id: event.status}
        statuses = _StepOutputs.of(step, self, worker).make()
        fails = self.options.whole_steps and "failed" in statuses.values()
        return dict.fromkeys(statuses, "failed") if fails else statuses

    def leave_out(self, step: Step, status: StepStatus, because: tuple[PartId, ...]) -> None:
        """A step is not executed, nor are the checks that it would have executed."""
        gates = [gate for output in step.makes for gate in self.gates_of(output)]
        for left in (step, *gates):
            for part in left.parts:
                self.ends.add(StepFinished(time.time(), left, part, status, 0.0, because=because), 0)

    def check(self, step: Step, worker: Worker, relation: Relation | None) -> tuple[StepFinished, int]:
        """Execute a check, and say how that ended and after how many attempts."""
        began, test = time.perf_counter(), step.test

        def once(number: int) -> Checked:
            return self.work.check(test, self.attempt(step, worker, number, _inspect_nothing), relation)

        result, attempts = self.attempts(step, once)
        return self.ends.checked(step, test, result, time.perf_counter() - began), attempts

    def attempts(self, step: Step, once: Callable[[int], Result | Fault]) -> tuple[Result | Fault, int]:
        """What a step gives, or why it does not, and how many attempts there were."""

        def note(attempt: int, delay: float, message: str) -> None:
            self.emit(StepRetried(time.time(), step, attempt, delay, message))

        own = max((output.asset.config.retries or 0 for output in step.makes), default=0)
        return try_repeatedly(once, Retries(self.options.retries, own, note, self.pause), self.options.redact)

    def attempt(self, step: Step, worker: Worker, number: int, inspect: Callable[[Output, Relation], None]) -> Attempt:
        """What the work of a step gets for one attempt."""

        def log(level: LogLevel, message: str) -> None:
            self.emit(LogWritten(time.time(), level, self.options.redact(message), step.id))

        return Attempt(
            run_id=self.started.id,
            root_id=self.started.root_id,
            number=number,
            open_session=lambda: worker.session(step.connection),
            relations=self.relations[step.connection],
            log=log,
            inspect=inspect,
            made=self.recorder.versions,
            interruption=worker.interruption,
        )

    def may_be_done(self, output: Output, number: int) -> bool:
        """Whether an earlier attempt, or the run that this one resumes, can have come further than is recorded."""
        again = number > 1 or self.started.root_id != self.started.id
        return again and not output.asset.config.materialization.is_repeatable

    def gates_of(self, output: Output) -> tuple[Step, ...]:
        """The checks that are executed on an output before readers see it."""
        return tuple(self.gates[gate] for gate in output.gates if gate in self.gates)


class _StepOutputs(Struct):
    """The outputs of a step that is executed. `left` are those that are not stored yet, `faults` why not."""

    step: Step
    runner: StepRunner
    worker: Worker
    inspections: Mapping[PartId, Inspection]
    inputs: Mapping[PartId, Mapping[AssetKey, str]]
    left: dict[PartId, Output]
    began: float = field(default_factory=time.perf_counter)
    statuses: dict[PartId, StepStatus] = field(default_factory=dict)
    faults: dict[PartId, Fault] = field(default_factory=dict)

    @staticmethod
    def of(step: Step, runner: StepRunner, worker: Worker) -> _StepOutputs:
        """The outputs of a step that begins."""

        def execute(gate: Step, relation: Relation | None) -> StepFinished:
            return runner.check(gate, worker, relation)[0]

        inspections = {output.id: Inspection(runner.gates_of(output), execute) for output in step.makes}
        inputs = {output.id: runner.recorder.inputs_of(output) for output in step.makes}
        return _StepOutputs(step, runner, worker, inspections, inputs, {output.id: output for output in step.makes})

    def make(self) -> Mapping[PartId, StepStatus]:
        """Make them, trying again where that may help."""
        result, attempts = self.runner.attempts(self.step, self.once)
        for output in self.left.values():
            fault = self.faults.get(output.id) or result or Fault("not made")
            self._end_gates(output, new_id())
            event = self.runner.ends.failed(self.step, output, fault, time.perf_counter() - self.began)
            self.runner.ends.add(event, attempts)
            self.statuses[output.id] = fault.status
        return self.statuses

    def once(self, number: int) -> Fault | None:
        """One attempt at what is left; the fault that decides whether there is another."""
        attempt = self.runner.attempt(self.step, self.worker, number, self._inspect)
        self.faults.clear()
        for output in tuple(self.left.values()):
            self.inspections[output.id].forget()
            if self.runner.may_be_done(output, number) and self.runner.work.is_done(output, attempt):
                self._add(output, Built("table", output.asset.relation, message="found in the ledger"), number)
        if not self.left:
            return None
        with closing(self.runner.work.make(self.step, tuple(self.left.values()), attempt)) as makings:
            for making in makings:
                self._store(making.output, making.store, number)
        nothing = Fault("its body made nothing this time", "skipped")
        self.faults.update({part: nothing for part in self.left if part not in self.faults})
        return max(self.faults.values(), key=_worth_another_attempt, default=None)

    def _store(self, output: Output, store: Callable[[], Built], number: int) -> None:
        """Store one output; if that fails, the others are stored all the same."""
        try:
            built = store()
        except Exception as error:  # what it raises is the end of this output alone
            self.faults[output.id] = fault_of(error, self.runner.options.redact)
        else:
            self._add(output, built, number)

    def _add(self, output: Output, built: Built, number: int) -> None:
        runner, event_id = self.runner, new_id()
        passed = self.inspections[output.id].passes_afterwards()
        self._end_gates(output, event_id)
        event = runner.ends.made(self.step, output, built, time.perf_counter() - self.began)
        inputs = self.inputs[output.id]
        runner.ends.add(event, number, materialization(event, output, built, event_id, runner.started, inputs))
        self.statuses[self.left.pop(output.id).id] = "success" if passed else "failed"

    def _inspect(self, output: Output, relation: Relation) -> None:
        self.inspections[output.id].inspect(relation)

    def _end_gates(self, output: Output, event_id: str) -> None:
        """The data that the checks read are those of the materialization that is about to be recorded."""
        inspection = self.inspections[output.id]
        for event in (*inspection.finished, *inspection.left_out(output.id)):
            self.runner.emit(StepStarted(event.at - event.seconds, event.step))
            self.runner.ends.add_checked(event, 1, {output.asset.key: event_id})


def _worth_another_attempt(fault: Fault) -> tuple[bool, bool]:
    return fault.status == "failed" and fault.may_retry, fault.transient


def _inspect_nothing(_: Output, __: Relation) -> None:
    """A check guards nothing itself."""
