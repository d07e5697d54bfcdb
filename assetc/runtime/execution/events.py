"""What happens while a plan runs, as values. The CLI, the log file and the state all read this one stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from assetc.adapters.protocol import Identity
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.plan import Part, PartId, Plan, Step, StepId

StepStatus = Literal["success", "failed", "skipped", "reused", "canceled"]
CheckStatus = Literal["pass", "warn", "fail", "error"]
RunStatus = Literal["success", "failed", "canceled"]


class RunStarted(Struct, frozen=True):
    """A run begins. `usual` are the seconds that outputs and checks usually take, where earlier runs say so."""

    at: float
    run_id: str
    plan: Plan
    identity: Identity
    threads: int
    usual: tuple[tuple[PartId, float], ...] = ()


class StepStarted(Struct, frozen=True):
    """A step begins."""

    at: float
    step: Step


class StepRetried(Struct, frozen=True):
    """A step failed for a passing reason and will be tried again after `delay` seconds."""

    at: float
    step: Step
    attempt: int
    delay: float
    message: str


class StepFinished(Struct, frozen=True):
    """One of a step's outputs, or its check, ended. `rows` were written; `because` are the parts that caused a skip."""

    at: float
    step: Step
    part: Part
    status: StepStatus
    seconds: float
    message: str = ""
    rows: int | None = None
    check: CheckStatus | None = None
    failures: int | None = None
    diagnostic: Diagnostic | None = None
    because: tuple[PartId, ...] = ()
    metadata: tuple[tuple[str, object], ...] = ()


class StepsReused(Struct, frozen=True):
    """Nothing is executed for these steps, which may be thousands: they end all at once, as the run begins."""

    at: float
    steps: tuple[Step, ...]


class LogWritten(Struct, frozen=True):
    """A body or a template wrote a line to the log."""

    at: float
    level: Literal["debug", "info", "warning", "error"]
    message: str
    step_id: StepId | None = None


class RunFinished(Struct, frozen=True):
    """A run ended."""

    at: float
    run_id: str
    status: RunStatus
    seconds: float


SingleEvent: TypeAlias = RunStarted | StepStarted | StepRetried | StepFinished | LogWritten | RunFinished
Event: TypeAlias = SingleEvent | StepsReused


def ends_of(event: Event) -> Iterator[StepFinished]:
    """The outputs and checks that end with an event, one by one."""
    if isinstance(event, StepFinished):
        yield event
    elif isinstance(event, StepsReused):
        for step in event.steps:
            for output in step.makes:
                yield StepFinished(event.at, step, output, "reused", 0.0, message="; ".join(output.reasons))
