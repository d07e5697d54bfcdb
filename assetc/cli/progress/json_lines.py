"""A run as JSON, one object a line: for programs that read logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assetc.cli.progress.step_words import kind_of, name_of, name_of_step, reasons_of, short_id
from assetc.cli.text.json_text import encoded
from assetc.cli.text.output import Fields
from assetc.cli.text.words import timestamp
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.plan import ExecuteCheck, Part, Step
from assetc.runtime.execution.events import (
    Event,
    LogWritten,
    RunFinished,
    RunStarted,
    SingleEvent,
    StepFinished,
    StepRetried,
    StepsReused,
    StepStarted,
    ends_of,
)


def json_lines(event: Event, run_id: str) -> Iterator[str]:
    """An event as a line of JSON; where many steps are reused, a line for each."""
    events = ends_of(event) if isinstance(event, StepsReused) else (event,)
    return (_json(each, run_id) for each in events)


def _json(event: SingleEvent, run_id: str) -> str:
    """Empty fields are left out."""
    name, told = _told(event)
    fields = {"ts": timestamp(event.at), "level": level_of(event), "event": name, "run": run_id, **told}
    return encoded({key: value for key, value in fields.items() if value not in (None, "", [], {})})


def problem_json(problem: Diagnostic) -> Fields:
    """A diagnostic as JSON."""
    span = problem.span
    place = {"file": span.path, "line": span.line, "column": span.column, "where": span.where} if span else {}
    related = [{"file": each.span.path, "line": each.span.line, "label": each.label} for each in problem.related]
    more = {"label": problem.label, "hint": problem.hint, "related": related}
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        **place,
        **{name: value for name, value in more.items() if value},
    }


def step_json(event: StepFinished) -> Fields:
    """How an asset or a check ended."""
    return {
        **_subject(event.part),
        "status": event.status,
        "seconds": round(event.seconds, 3),
        "rows": event.rows,
        "check_status": event.check,
        "failures": event.failures,
        "message": event.message,
        "because": [short_id(each) for each in event.because],
        "reasons": list(reasons_of(event.part)),
        "problem": problem_json(event.diagnostic) if event.diagnostic else None,
        "metadata": dict(event.metadata),
    }


def _subject(part: Part) -> Fields:
    """What it is about."""
    if isinstance(part, ExecuteCheck):
        check = part.check
        own = {} if check.id.name == check.name else {"id": str(check.id)}  # several checks have this name
        return {"check": check.name, **own, "asset": str(check.assets[0]) if check.assets else None}
    return {"asset": name_of(part), "kind": kind_of(part)}


def _running(step: Step) -> Fields:
    """What a step is about, before it is known what becomes of its parts."""
    first, *others = step.parts
    return {**_subject(first), "asset": name_of_step(step)} if others else _subject(first)


def level_of(event: Event) -> str:
    """The level of an event: debug, info, warning or error."""
    match event:
        case LogWritten():
            return event.level
        case StepFinished(status="failed") | RunFinished(status="failed"):
            return "error"
        case StepRetried() | StepFinished(check="warn"):
            return "warning"
        case _:
            return "info"


def _told(event: SingleEvent) -> tuple[str, Mapping[str, object]]:
    """The name of an event, and what it tells."""
    match event:
        case RunStarted(plan=plan, identity=who):
            where = {"adapter": who.adapter, "place": who.place, "database": who.database, "schema": who.schema}
            count = sum(len(step.parts) for step in plan.steps)
            return "run.start", {"command": plan.command, "steps": count, "threads": event.threads, **where}
        case StepStarted():
            return "step.start", _running(event.step)
        case StepRetried():
            again = {"attempt": event.attempt, "delay": event.delay, "message": event.message}
            return "step.retry", {**_running(event.step), **again}
        case StepFinished():
            is_check = isinstance(event.part, ExecuteCheck)
            return f"check.{event.check or event.status}" if is_check else f"asset.{event.status}", step_json(event)
        case LogWritten():
            return "log", {"message": event.message, "step": event.step_id and short_id(event.step_id)}
        case RunFinished():
            return "run.end", {"status": event.status, "seconds": round(event.seconds, 3)}
