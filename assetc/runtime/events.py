"""What happens while a plan runs, as values. The CLI, the log file and the state all read this one stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from assetc.adapters.protocol import Identity
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.plan import Plan, Step, StepId

StepStatus = Literal["success", "failed", "skipped", "reused", "canceled"]
CheckStatus = Literal["pass", "warn", "fail", "error"]
RunStatus = Literal["success", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins. `usual` are the seconds that a step usually takes, where earlier runs tell."""

    at: float
    run_id: str
    plan: Plan
    identity: Identity
    threads: int
    usual: tuple[tuple[StepId, float], ...] = ()


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step begins."""

    at: float
    step: Step


@dataclass(frozen=True, slots=True)
class StepRetried:
    """A step failed for a passing reason and will be tried again after `delay` seconds."""

    at: float
    step: Step
    attempt: int
    delay: float
    message: str


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step ended. `rows` is the number of rows written, where known; `because` are the steps that caused a skip."""

    at: float
    step: Step
    status: StepStatus
    seconds: float
    message: str = ""
    rows: int | None = None
    check: CheckStatus | None = None
    failures: int | None = None
    diagnostic: Diagnostic | None = None
    because: tuple[StepId, ...] = ()
    metadata: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class LogWritten:
    """A body or a template wrote a line to the log."""

    at: float
    level: Literal["debug", "info", "warning", "error"]
    message: str
    step_id: StepId | None = None


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run ended."""

    at: float
    run_id: str
    status: RunStatus
    seconds: float


Event: TypeAlias = RunStarted | StepStarted | StepRetried | StepFinished | LogWritten | RunFinished
