"""A run as plain lines, one an event: for logs of jobs and for pipes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assetc.cli.progress.progress import Progress, is_failure, outcome_of
from assetc.cli.progress.step_words import LOOKS, name_of, name_of_step, place_of, result_of, short_id
from assetc.cli.text.text import Line, Piece, Style, line, printable
from assetc.cli.text.words import clock, duration, plural
from assetc.compiler.plan import ExecuteCheck
from assetc.runtime.execution.events import Event, LogWritten, RunFinished, RunStarted, StepFinished, StepRetried

_LEVELS: Mapping[str, Style] = {"debug": "quiet", "info": "", "warning": "warning", "error": "bad"}


def plain_lines(event: Event, progress: Progress) -> Iterator[Line]:
    """The lines of an event; `progress` is that after it."""
    match event:
        case RunStarted():
            steps = sum(len(step.parts) for step in event.plan.steps)
            yield _at(event.at, f"run {event.run_id} start: {plural(steps, 'step')}, {plural(event.threads, 'thread')}")
        case StepFinished():
            yield _finished(event, progress)
        case StepRetried():
            message = f"{name_of_step(event.step)}: attempt {event.attempt} failed, again in {event.delay:.0f} s: "
            yield _at(event.at, Piece(printable(message + event.message), "warning"))
        case LogWritten():
            yield from (_at(event.at, *said) for said in log_lines(event))
        case RunFinished():
            yield _at(event.at, f"run {event.run_id} {event.status} in {duration(event.seconds)}")
        case _:
            return


def log_text(event: LogWritten) -> str:
    """The same as plain lines without style, at once: a statement that is sent has hundreds of lines."""
    head = f"{clock(event.at)} {printable(_named(event))}"
    return "\n".join(f"{head}{printable(text)}" for text in event.message.splitlines())


def log_lines(event: LogWritten) -> Iterator[Line]:
    """What a body or a template wrote, with the name of its step before each line."""
    name = printable(_named(event))
    for text in event.message.splitlines():
        yield line(Piece(name, "quiet"), Piece(printable(text), _LEVELS[event.level]))


def _named(event: LogWritten) -> str:
    return f"{short_id(event.step_id)}: " if event.step_id else ""


def _at(at: float, *parts: Piece | str) -> Line:
    return line(Piece(f"{clock(at)} ", "quiet"), *parts)


def _finished(event: StepFinished, progress: Progress) -> Line:
    width = len(str(progress.total))
    look = LOOKS[outcome_of(event)]
    took = f" {duration(event.seconds)}" if event.status in ("success", "failed") else ""
    what = f"{name_of(event.part)}{took}"
    return _at(
        event.at,
        Piece(f"[{progress.done:>{width}}/{progress.total}] ", "quiet"),
        Piece(f"{look.word:<6} ", look.style),
        printable(what),
        Piece(printable(_tail(event)), look.style if is_failure(event) else "quiet"),
    )


def _tail(event: StepFinished) -> str:
    """What follows the name: the place of a failure and its message, or the result."""
    result = result_of(event)
    if not is_failure(event):
        return f" {result}" if result else ""
    span = event.diagnostic.span if event.diagnostic and event.diagnostic.span else None
    place = str(span) if span else place_of(event.part)
    code = f"error[{event.diagnostic.code}] " if event.diagnostic and not isinstance(event.part, ExecuteCheck) else ""
    return f" {place}: {code}{result}"
