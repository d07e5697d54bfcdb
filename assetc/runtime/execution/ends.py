"""How the parts of steps end: as events, and as what is recorded of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.plan import ExecuteCheck, Output, Part, Step
from assetc.definitions.key import AssetKey
from assetc.runtime.execution.attempts import Fault, redacted
from assetc.runtime.execution.events import Event, LogWritten, StepFinished
from assetc.runtime.execution.recorder import Recorder, check_result, ended
from assetc.runtime.execution.work import Built, Checked
from assetc.runtime.redact import redact_within
from assetc.runtime.state.records import CheckResult, Materialization, Metadata, RunRecord, StepEnd, new_id


class Ends(Struct, frozen=True):
    """Records the ends of one run, each before it is reported."""

    run: RunRecord
    recorder: Recorder
    redact: Callable[[str], str]
    emit: Callable[[Event], None]

    def add(
        self, event: StepFinished, attempts: int, made: Materialization | None = None, check: CheckResult | None = None
    ) -> None:
        """Record an end, then report it."""
        succeeded = event.status == "success"
        recent = self.recorder.recent_with(event.part, event.seconds) if succeeded else ()
        record = ended(event, self.run.id, attempts)
        self.recorder.add(StepEnd(record, self.run.identity, made, check, recent))
        self.emit(event)

    def failed(self, step: Step, part: Part, fault: Fault, seconds: float) -> StepFinished:
        """A part did not succeed. The trace of a fault of our own is for the log file alone."""
        if fault.trace:
            self.emit(LogWritten(time.time(), "debug", fault.trace, step.id))
        return StepFinished(
            time.time(),
            step,
            part,
            fault.status,
            seconds,
            message=fault.message,
            diagnostic=fault.diagnostic,
            because=fault.because,
            metadata=self._masked(fault.metadata),
        )

    def made(self, step: Step, output: Output, built: Built, seconds: float) -> StepFinished:
        """An output was made."""
        return StepFinished(
            time.time(),
            step,
            output,
            "success",
            seconds,
            message=self.redact(built.message),
            rows=built.rows,
            metadata=self._masked(built.metadata),
        )

    def checked(self, step: Step, test: ExecuteCheck, result: Checked | Fault, seconds: float) -> StepFinished:
        """A check was executed, or could not be."""
        if isinstance(result, Fault):
            event = self.failed(step, test, result, seconds)
            return event if result.status == "canceled" else replace(event, check="error")
        problem = None if result.diagnostic is None else redacted(result.diagnostic, self.redact)
        return StepFinished(
            time.time(),
            step,
            test,
            "success" if result.status in ("pass", "warn") else "failed",
            seconds,
            message=self.redact(result.message),
            check=result.status,
            failures=result.failures,
            diagnostic=problem,
            metadata=self._masked(result.metadata),
        )

    def add_checked(self, event: StepFinished, attempts: int, inputs: Mapping[AssetKey, str]) -> None:
        """Record the end of a check, with its result if it has one."""
        found = None
        if event.check and isinstance(event.part, ExecuteCheck):
            found = check_result(event, event.part, new_id(), self.run, inputs)
        self.add(event, attempts, check=found)

    def _masked(self, metadata: Metadata) -> Metadata:
        return tuple((name, redact_within(value, self.redact)) for name, value in metadata)
