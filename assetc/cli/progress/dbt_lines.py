"""A run in the words of dbt's log, for tools and eyes that know those."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.cli.progress.progress import Progress, outcome_of
from assetc.cli.progress.step_words import LOOKS, name_of, place_of
from assetc.cli.text.text import Line, Piece, Style, line, printable
from assetc.cli.text.words import clock
from assetc.compiler.plan import ExecuteCheck, Part
from assetc.runtime.execution.events import (
    Event,
    LogWritten,
    RunFinished,
    RunStarted,
    StepFinished,
    StepsReused,
    StepStarted,
    ends_of,
)

WIDTH = 80


def dbt_lines(event: Event, progress: Progress) -> Iterator[Line]:
    """The lines of an event; `progress` is that after it."""
    match event:
        case RunStarted():
            yield _at(event.at, f"Found {sum(len(step.parts) for step in event.plan.steps)} nodes")
            yield _at(event.at, f"Concurrency: {event.threads} threads (target='{event.identity.schema}')")
            yield _at(event.at, "")
        case StepStarted():
            number = progress.done + len(progress.running)
            yield _dotted(event.at, f"{number} of {progress.total} START {_thing(event.step.parts[0])}", "RUN", "")
        case StepFinished() | StepsReused():
            ends = tuple(ends_of(event))
            for number, end in enumerate(ends, progress.done - len(ends) + 1):
                yield _finished(end, number, progress.total)
        case LogWritten():
            yield from (_at(event.at, printable(text)) for text in event.message.splitlines())
        case RunFinished():
            yield from (_at(event.at, text) for text in _closing(event, progress))
        case _:
            return


def _at(at: float, text: str) -> Line:
    return line(f"{clock(at)}  {text}")


def _dotted(at: float, text: str, state: str, style: Style) -> Line:
    head = printable(text) + " "
    return line(f"{clock(at)}  ", head.ljust(WIDTH - 10, "."), " [", Piece(state, style), "]")


def _finished(event: StepFinished, number: int, total: int) -> Line:
    outcome = outcome_of(event)
    state = LOOKS[outcome].dbt_word
    if event.check == "fail":
        state = f"{state} {event.failures}"
    text = f"{number} of {total} {state} {'created ' if state == 'OK' else ''}{_thing(event.part)}"
    timed = "" if state == "SKIP" else f" in {event.seconds:.2f}s"
    return _dotted(event.at, text, f"{state}{timed}", LOOKS[outcome].style)


def _thing(part: Part) -> str:
    if isinstance(part, ExecuteCheck):
        return f"test {name_of(part)}"
    asset, relation = part.asset, part.asset.relation
    language = "python" if asset.kind == "python" else "sql"
    what = "seed file" if asset.kind == "seed" else f"{language} {asset.config.materialized} model"
    return f"{what} {'.'.join(relation.parts()[-2:]) if relation else name_of(part)}"


def _closing(event: RunFinished, progress: Progress) -> Iterator[str]:
    yield from ("", f"Finished running {progress.total} steps in {event.seconds:.2f}s.", "")
    if progress.failures or progress.warnings:
        yield f"Completed with {len(progress.failures)} errors and {len(progress.warnings)} warnings:"
        for failed in (*progress.failures, *progress.warnings):
            yield from ("", printable(f"  {name_of(failed.part)} ({place_of(failed.part)})"))
            yield from (f"    {printable(text)}" for text in failed.message.splitlines())
    else:
        yield "Completed successfully"
    yield from ("", f"Done. {_counts(progress)}")


def _counts(progress: Progress) -> str:
    counts = progress.counts
    passed = counts.get("built", 0) + counts.get("passed", 0)
    skipped = counts.get("skipped", 0) + counts.get("canceled", 0)
    return (
        f"PASS={passed} WARN={len(progress.warnings)} ERROR={len(progress.failures)} SKIP={skipped} "
        f"NO-OP={counts.get('reused', 0)} TOTAL={progress.done}"
    )
