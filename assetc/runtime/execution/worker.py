"""The threads that execute steps: each with one session, taking what is ready until nothing is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from typing import Protocol

from msgspec import Struct, field

from assetc.adapters.protocol import Canceled, Session, Warehouse
from assetc.compiler.plan import PartId, Step
from assetc.runtime.execution.cancellation import Interruption
from assetc.runtime.execution.events import StepStatus
from assetc.runtime.execution.schedule import Schedule


class Worker:
    """One thread's sessions, each opened when it is first needed, and what they are to be stopped with."""

    def __init__(self, warehouses: Mapping[str, Warehouse]) -> None:
        self._warehouses = warehouses
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._canceled = False
        self.interruption = Interruption()

    def session(self, connection: str) -> Session:
        """The session of this thread on a connection. Raises Canceled after `cancel`, and WarehouseError."""
        session = self._sessions.get(connection)
        if session is None:
            session = self._warehouses[connection].session()
            with self._lock:
                self._sessions[connection] = session
        if self._canceled:
            raise Canceled("canceled")
        return session

    def cancel(self) -> None:
        """Stop what the thread is doing; called from another thread."""
        with self._lock:
            self._canceled = True
            for session in self._sessions.values():
                session.cancel()
        self.interruption.interrupt()

    def close(self) -> None:
        """Give the sessions back: nothing cancels them any more."""
        with self._lock:
            while self._sessions:
                self._sessions.popitem()[1].close()


class Runner(Protocol):
    """What a crew does with steps."""

    def run(self, step: Step, worker: Worker) -> Mapping[PartId, StepStatus]:
        """Execute a step; what is below a part of it may run after a success alone."""

    def leave_out(self, step: Step, status: StepStatus, because: tuple[PartId, ...]) -> None:
        """A step is not executed."""


class Crew(Struct, eq=False):
    """Threads that execute a schedule. Each calls `on_exit` as it ends; `stopping` is set when they are to end.

    `fault` is what went wrong outside of any step.
    """

    schedule: Schedule
    workers: list[Worker]
    runner: Runner
    on_exit: Callable[[], None]
    stopping: threading.Event
    fail_fast: bool
    fault: BaseException | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        for place, worker in enumerate(self.workers, 1):
            thread = threading.Thread(target=self._work, args=(worker,), name=f"assetc-{place}", daemon=True)
            self.threads.append(thread)
            thread.start()

    def work_here(self) -> None:
        """Do everything in the thread that calls, as the first of the workers."""
        self._work(self.workers[0])

    def stop(self, status: StepStatus, because: tuple[PartId, ...] = ()) -> None:
        """Begin nothing more, and stop what runs."""
        self.stopping.set()
        with self.changed:
            dropped = self.schedule.drop_rest()
            self.changed.notify_all()
        for worker in self.workers:
            worker.cancel()
        for step in dropped:
            self.runner.leave_out(step, status, because)

    def join(self, seconds: float) -> bool:
        """Wait for all threads; whether they ended."""
        for thread in self.threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self.threads)

    def running(self) -> tuple[Step, ...]:
        """The steps that are being executed."""
        with self.changed:
            return self.schedule.running()

    def _work(self, worker: Worker) -> None:
        try:
            with closing(worker):
                while (step := self._next()) is not None:
                    self._execute(step, worker)
        except BaseException as fault:  # nothing else would ever report it
            self.fault = self.fault or fault
            with suppress(Exception):  # what it records may fail for the same reason
                self.stop("canceled")
        finally:
            self.on_exit()

    def _next(self) -> Step | None:
        with self.changed:
            while (step := self.schedule.start_next()) is None and not self.schedule.is_over:
                self.changed.wait()
            return step

    def _execute(self, step: Step, worker: Worker) -> None:
        statuses: Mapping[PartId, StepStatus] = {part.id: "failed" for part in step.parts}
        try:
            statuses = self.runner.run(step, worker)
        finally:
            lost = self._end(step, statuses)
        for below, part in lost:
            self.runner.leave_out(below, "skipped", (part,))
        failed = tuple(part for part, status in statuses.items() if status not in ("success", "skipped"))
        if failed and self.fail_fast:
            self.stop("skipped", failed)

    def _end(self, step: Step, statuses: Mapping[PartId, StepStatus]) -> list[tuple[Step, PartId]]:
        """Release what waited for the step. What will never run is returned, each with the part that it needs."""
        with self.changed:
            self.schedule.end(step)
            for part in (part for part, status in statuses.items() if status == "success"):
                self.schedule.succeed(part)
            failed = [part for part, status in statuses.items() if status != "success"]
            lost = [(below, part) for part in failed for below in self.schedule.fail(part)]
            self._wake()
        return lost

    def _wake(self) -> None:
        """This thread takes one step itself; the others are woken for the rest."""
        if self.schedule.is_over:
            self.changed.notify_all()
        elif self.schedule.ready > 1:
            self.changed.notify(self.schedule.ready - 1)
