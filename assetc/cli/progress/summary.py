"""What is said before a run and after it: the target, the plan, the failures again, the next command."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from assetc.cli.progress.progress import Outcome, Progress
from assetc.cli.progress.step_words import name_of, place_of, result_of
from assetc.cli.text.problems import ReadText, printable_lines, problem_lines
from assetc.cli.text.text import Line, Piece, Style, folded, line, printable
from assetc.cli.text.words import duration, plural, quantity
from assetc.runtime.execution.events import RunStarted, StepFinished
from assetc.version import __version__

MOST_WARNINGS = 20


class Heading(Struct, frozen=True):
    """What a run is called: the project, the target, and how many assets there are in all."""

    project: str
    target: str
    assets: int


def heading_lines(event: RunStarted, heading: Heading) -> Iterator[Line]:
    """The target's identity first, so that nobody is surprised, then what will be done."""
    identity = event.identity
    where = [heading.project, f"target {heading.target}", plural(event.threads, "thread")]
    yield line(Piece(f"assetc {__version__}", "strong"), Piece("  " + printable(" · ".join(where)), "quiet"))
    place = f"{identity.place}  {identity.database}.{identity.schema}"
    yield line(Piece(f"{identity.adapter:<7} ", "strong"), printable(place))
    builds, reused, checks = event.plan.counts()
    parts = [f"{quantity(builds)} to build"] if builds or reused else []
    parts += [f"{quantity(reused)} reused"] if reused else []
    words = [f"{' · '.join(parts)}  of {plural(heading.assets, 'asset')}"] if parts else []
    words += [plural(checks, "check")] if checks else []
    yield line(Piece(f"{event.plan.command:<8}", "strong"), " · ".join(words) or "nothing to do")


def summary_lines(progress: Progress, read_text: ReadText, width: int) -> Iterator[Line]:
    """The failures once more, with their places, then one line that says it all, and what to do next."""
    for event in (*progress.warnings[:MOST_WARNINGS], *progress.failures):
        yield ()
        yield from _failure_lines(event, read_text, width)
    yield ()
    yield from _closing_lines(progress, width)
    details = list(_details(progress))
    if details:
        yield line("  ", Piece(" · ".join(details), "quiet"))
    if progress.status in ("failed", "canceled"):
        yield line("  fix and continue: ", Piece("assetc retry", "accent"), Piece("   log: logs/assetc.log", "quiet"))


_FAULTS: dict[str, tuple[str, Style]] = {"warn": ("warning", "strong warning"), "fail": ("check failed", "strong bad")}


def _failure_lines(event: StepFinished, read_text: ReadText, width: int) -> Iterator[Line]:
    if event.diagnostic is not None:
        *body, _ = problem_lines(event.diagnostic, read_text, width)
        yield from body
        if event.message and event.message not in event.diagnostic.message:
            yield from (line(Piece("  = ", "accent"), text) for text in printable_lines(event.message))
        return
    word, style = _FAULTS.get(event.check or "", ("error", "strong bad"))
    yield line(Piece(word, style), Piece(f": {printable(name_of(event.part))}", "strong"))
    yield line(Piece("  --> ", "accent"), printable(place_of(event.part)))
    for text in printable_lines(event.message or result_of(event)):
        yield line(Piece("   = ", "accent"), text)


def _closing_lines(progress: Progress, width: int) -> Iterator[Line]:
    words = {"success": Piece("✓ Done", "good"), "failed": Piece("✕ Failed", "strong bad")}
    ended = words.get(progress.status or "", Piece("! Canceled", "strong warning"))
    seconds = f" after {duration(progress.ended.seconds)}" if progress.ended else ""
    parts = [line(Piece(text, text_style)) for text, text_style in _counts(progress)]
    yield from folded(line(ended, seconds, "  "), parts or [line("nothing to do")], width)


_COUNTED: tuple[tuple[Outcome, str, Style], ...] = (
    ("built", "built", ""),
    ("reused", "reused", ""),
    ("passed", "checks passed", ""),
    ("warned", "warned", "warning"),
    ("failed", "failed", "bad"),
    ("bad", "checks failed", "bad"),
    ("broken", "checks with errors", "bad"),
    ("skipped", "skipped", ""),
    ("canceled", "canceled", ""),
)


def _counts(progress: Progress) -> Iterator[tuple[str, Style]]:
    for outcome, word, style in _COUNTED:
        if number := progress.counts.get(outcome, 0):
            yield f"{quantity(number)} {word.replace('checks', 'check', 1) if number == 1 else word}", style


def _details(progress: Progress) -> Iterator[str]:
    if progress.rows:
        yield f"{plural(progress.rows, 'row')} written"
    slowest = progress.slowest
    if slowest is not None and slowest.seconds >= 1 and progress.done > 1:
        yield f"slowest {printable(name_of(slowest.part))} {duration(slowest.seconds)}"
    if progress.started:
        yield f"run {progress.started.run_id}"
