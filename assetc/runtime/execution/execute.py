"""Executes a plan: an iterator of events, at the end of which everything is recorded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue

from msgspec import Struct, field

from assetc.compiler.plan import ExecuteCheck, PartId, Plan, Step
from assetc.runtime.execution.events import (
    Event,
    RunFinished,
    RunStarted,
    RunStatus,
    StepFinished,
    StepsReused,
    StepStatus,
)
from assetc.runtime.execution.options import ExecuteOptions
from assetc.runtime.execution.prepare import Prepared
from assetc.runtime.execution.recorder import Recorder, ended, planned
from assetc.runtime.execution.run_step import StepRunner
from assetc.runtime.execution.schedule import Schedule
from assetc.runtime.execution.worker import Crew, Worker
from assetc.runtime.processes import this_process
from assetc.runtime.state.records import RunEnd, RunRecord, StepEnd
from assetc.runtime.state.sqlite import State

_EXITED, _CANCEL = "exited", "cancel"
"""Messages beside events: a thread has ended; the run is to stop."""


def execute(
    plan: Plan, prepare: Callable[[tuple[Step, ...]], Prepared], state: State, options: ExecuteOptions
) -> Iterator[Event]:
    """Execute the plan. Steps run in threads of their own; whoever iterates only receives their events.

    `prepare` is called before the first step begins, with the steps that will, if there are any. Raises WarehouseError
    when the run cannot be prepared, and StateError. A run that is not iterated to its end is cancelled.
    """
    run = _run_record(plan, options)
    recorder = Recorder(state, run, options.file_version)
    executed = plan.executed()
    state.start_run(run, [planned(step, part, run.id) for step in executed for part in step.parts])
    execution = _Execution(plan, prepare, recorder, run, options)
    status: RunStatus = "canceled"
    try:
        usual = recorder.usual(executed)
        yield RunStarted(run.started_at, run.id, plan, options.identity, options.threads, usual)
        statuses: set[StepStatus] = set()
        for event in execution.events():
            if isinstance(event, StepFinished):
                statuses.add(event.status)
            yield event
        status = _status(statuses, canceled=options.cancellation.is_asked)
    except Exception:
        status = "failed"
        raise
    finally:
        ended_at = time.time()
        recorder.flush()
        state.end_run(RunEnd(run.id, status, ended_at))
        state.forget_runs(options.keep_runs)
    yield RunFinished(ended_at, run.id, status, ended_at - run.started_at)


def _run_record(plan: Plan, options: ExecuteOptions) -> RunRecord:
    return RunRecord(
        id=options.run_id,
        root_id=options.root_id or options.run_id,
        identity=options.identity,
        command=plan.command,
        started_at=time.time(),
        process=this_process(),
        arguments=options.arguments,
    )


def _status(statuses: set[StepStatus], *, canceled: bool) -> RunStatus:
    if canceled and "canceled" in statuses:
        return "canceled"
    return "failed" if "failed" in statuses else "success"


class _Execution(Struct, frozen=True):
    """One run: `messages` come from its threads."""

    plan: Plan
    prepare: Callable[[tuple[Step, ...]], Prepared]
    recorder: Recorder
    run: RunRecord
    options: ExecuteOptions
    messages: SimpleQueue[Event | str] = field(default_factory=SimpleQueue)

    def events(self) -> Iterator[Event]:
        """Everything that happens between the beginning and the end of the run."""
        reused = tuple(step for step in self.plan.steps if step.is_reused)
        if reused:
            yield StepsReused(time.time(), reused)
        executed = self.plan.executed()
        made = {output.id for step in executed for output in step.makes}
        tests = ((step, step.work) for step in executed if isinstance(step.work, ExecuteCheck))
        gates = {step.id: step for step, test in tests if test.gate_of in made}
        todo = tuple(step for step in executed if step.id not in gates)
        if todo:
            yield from self.conducted(todo, gates, self.prepare(todo))

    def conducted(self, todo: tuple[Step, ...], gates: dict[PartId, Step], prepared: Prepared) -> Iterator[Event]:
        """The events of the threads, from their start to their end."""
        stopping = threading.Event()
        runner = StepRunner(
            started=self.run,
            work=prepared.work,
            recorder=self.recorder,
            relations=prepared.relations,
            gates=gates,
            options=self.options,
            emit=self.messages.put,
            pause=stopping.wait,
        )
        threads = self.options.threads
        schedule = Schedule(todo, dict(self.recorder.usual(todo)) if threads else None)
        workers = [Worker(prepared.warehouses) for _ in range(min(max(threads, 1), len(todo)))]
        crew = Crew(schedule, workers, runner, lambda: self.messages.put(_EXITED), stopping, self.options.fail_fast)
        if threads:
            self.options.cancellation.listen(lambda: self.messages.put(_CANCEL))
            crew.start()
        else:
            self.options.cancellation.listen(lambda: crew.stop("canceled"))
            crew.work_here()
        try:
            yield from self.received(crew, len(workers))
        finally:
            if not stopping.is_set() and not schedule.is_over:
                crew.stop("canceled")
            crew.join(self.options.grace)
        if crew.fault is not None:
            raise crew.fault

    def received(self, crew: Crew, threads: int) -> Iterator[Event]:
        """What the threads report until the last has ended, or has not in the time that a cancelled run grants."""
        give_up: float | None = None
        while threads:
            try:
                message = self.messages.get(timeout=None if give_up is None else max(0.0, give_up - time.monotonic()))
            except Empty:
                yield from self.abandoned(crew)
                return
            except KeyboardInterrupt:
                if self.options.cancellation.is_asked:
                    raise
                self.options.cancellation.cancel()
                continue
            if not isinstance(message, str):
                yield message
            elif message == _EXITED:
                threads -= 1
            else:
                give_up = time.monotonic() + self.options.grace
                crew.stop("canceled")

    def abandoned(self, crew: Crew) -> Iterator[Event]:
        """The steps that did not stop in time; their threads end with the process."""
        for step in crew.running():
            for part in (part for part in step.parts if not self.recorder.has_ended(part)):
                event = StepFinished(time.time(), step, part, "canceled", 0.0, message="did not stop in time")
                self.recorder.add(StepEnd(ended(event, self.run.id, 1), self.run.identity))
                yield event
