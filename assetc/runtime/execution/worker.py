"""The threads that execute steps: each with one session, taking what is ready until nothing is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Protocol

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


class Crew:
    """Threads that execute a schedule. Each calls `on_exit` as it ends; `stopping` is set when they are to end."""

    def __init__(
        self,
        schedule: Schedule,
        workers: list[Worker],
        runner: Runner,
        on_exit: Callable[[], None],
        stopping: threading.Event,
    ) -> None:
        self._schedule = schedule
        self._workers = workers
        self._runner = runner
        self._on_exit = on_exit
        self._stopping = stopping
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self.fail_fast = False
        self.fault: BaseException | None = None
        """What went wrong outside of any step."""

    def start(self) -> None:
        """Begin."""
        for place, worker in enumerate(self._workers, 1):
            thread = threading.Thread(target=self._work, args=(worker,), name=f"assetc-{place}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def work_here(self) -> None:
        """Do everything in the thread that calls, as the first of the workers."""
        self._work(self._workers[0])

    def stop(self, status: StepStatus, because: tuple[PartId, ...] = ()) -> None:
        """Begin nothing more, and stop what runs."""
        self._stopping.set()
        with self._changed:
            dropped = self._schedule.drop_rest()
            self._changed.notify_all()
        for step in dropped:
            self._runner.leave_out(step, status, because)
        for worker in self._workers:
            worker.cancel()

    def join(self, seconds: float) -> bool:
        """Wait for all threads; whether they ended."""
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)

    def running(self) -> tuple[Step, ...]:
        """The steps that are being executed."""
        with self._changed:
            return self._schedule.running()

    def _work(self, worker: Worker) -> None:
        try:
            with closing(worker):
                while (step := self._next()) is not None:
                    self._execute(step, worker)
        except BaseException as fault:  # nothing else would ever report it
            self.fault = self.fault or fault
            self.stop("canceled")
        finally:
            self._on_exit()

    def _next(self) -> Step | None:
        with self._changed:
            while (step := self._schedule.start_next()) is None and not self._schedule.is_over:
                self._changed.wait()
            return step

    def _execute(self, step: Step, worker: Worker) -> None:
        statuses: Mapping[PartId, StepStatus] = {part.id: "failed" for part in step.parts}
        try:
            statuses = self._runner.run(step, worker)
        finally:
            lost = self._end(step, statuses)
        for below, part in lost:
            self._runner.leave_out(below, "skipped", (part,))
        failed = tuple(part for part, status in statuses.items() if status not in ("success", "skipped"))
        if failed and self.fail_fast:
            self.stop("skipped", failed)

    def _end(self, step: Step, statuses: Mapping[PartId, StepStatus]) -> list[tuple[Step, PartId]]:
        """Release what waited for the step. What will never run is returned, each with the part that it needs."""
        with self._changed:
            self._schedule.end(step)
            for part in (part for part, status in statuses.items() if status == "success"):
                self._schedule.succeed(part)
            failed = [part for part, status in statuses.items() if status != "success"]
            lost = [(below, part) for part in failed for below in self._schedule.fail(part)]
            self._wake()
        return lost

    def _wake(self) -> None:
        """This thread takes one step itself; the others are woken for the rest."""
        if self._schedule.is_over:
            self._changed.notify_all()
        elif self._schedule.ready > 1:
            self._changed.notify(self._schedule.ready - 1)
