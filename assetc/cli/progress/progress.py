"""How far a run is: one value, folded from the events, that every kind of output reads."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from assetc.compiler.plan import ExecuteCheck, PartId, StepId
from assetc.runtime.execution.events import (
    Event,
    LogWritten,
    RunFinished,
    RunStarted,
    RunStatus,
    StepFinished,
    StepRetried,
    StepsReused,
    StepStarted,
)

Outcome = Literal["built", "reused", "failed", "skipped", "canceled", "passed", "warned", "bad", "broken"]
"""What a finished step counts as: four of them are those of checks (pass, warn, fail, error)."""

_OUTCOME_OF_CHECK: dict[str, Outcome] = {"pass": "passed", "warn": "warned", "fail": "bad", "error": "broken"}


class Progress(Struct, frozen=True):
    """A run after some of its events: `notes` is what steps said last, `expected` the seconds that are usually left."""

    started: RunStarted | None = None
    running: dict[StepId, StepStarted] = field(default_factory=dict)
    notes: dict[StepId, str] = field(default_factory=dict)
    done: int = 0
    failures: tuple[StepFinished, ...] = ()
    warnings: tuple[StepFinished, ...] = ()
    slowest: StepFinished | None = None
    counts: dict[Outcome, int] = field(default_factory=dict)
    rows: int = 0
    usual: dict[PartId, float] = field(default_factory=dict)
    total: int = 0
    expected: float = 0.0
    ended: RunFinished | None = None

    @property
    def status(self) -> RunStatus | None:
        """How the run ended, once it has."""
        return self.ended.status if self.ended else None


def advance(progress: Progress, event: Event) -> Progress:
    """The progress after one more event."""
    match event:
        case RunStarted():
            usual = dict(event.usual)
            return replace(
                progress,
                started=event,
                usual=usual,
                total=sum(len(step.parts) for step in event.plan.steps),
                expected=sum(usual.values()),
            )
        case StepStarted():
            return replace(progress, running={**progress.running, event.step.id: event})
        case StepRetried():
            note = f"attempt {event.attempt + 1} in {event.delay:.0f} s: {event.message}"
            return replace(progress, notes={**progress.notes, event.step.id: note})
        case LogWritten():
            is_noted = event.step_id in progress.running and event.level != "debug"
            return replace(progress, notes={**progress.notes, event.step_id: event.message}) if is_noted else progress
        case StepsReused():
            done = len(event.steps)
            return replace(progress, done=progress.done + done, counts={**progress.counts, "reused": done})
        case StepFinished():
            return _finished(progress, event)
        case RunFinished():
            return replace(progress, ended=event, running={})


def outcome_of(event: StepFinished) -> Outcome:
    """What a finished step counts as."""
    if event.status == "success" and not isinstance(event.part, ExecuteCheck):
        return "built"
    if event.check is not None and event.status in ("success", "failed"):
        return _OUTCOME_OF_CHECK[event.check]
    return "passed" if event.status == "success" else event.status


def is_failure(event: StepFinished) -> bool:
    """Whether the step itself failed, rather than one before it."""
    return outcome_of(event) in ("failed", "bad", "broken")


def _finished(progress: Progress, event: StepFinished) -> Progress:
    outcome = outcome_of(event)
    identity = event.step.id
    return replace(
        progress,
        running={id_: started for id_, started in progress.running.items() if id_ != identity},
        notes={id_: note for id_, note in progress.notes.items() if id_ != identity},
        done=progress.done + 1,
        failures=(*progress.failures, event) if is_failure(event) else progress.failures,
        warnings=(*progress.warnings, event) if outcome == "warned" else progress.warnings,
        slowest=_slower(progress.slowest, event),
        counts={**progress.counts, outcome: progress.counts.get(outcome, 0) + 1},
        rows=progress.rows + (event.rows or 0),
        expected=progress.expected - progress.usual.get(event.part.id, 0.0),
    )


def _slower(slowest: StepFinished | None, event: StepFinished) -> StepFinished | None:
    if event.status not in ("success", "failed") or (slowest is not None and slowest.seconds >= event.seconds):
        return slowest
    return event
