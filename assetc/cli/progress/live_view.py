"""What a terminal shows of a run: a line for each step that ended, and below them what runs now."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from assetc.cli.progress.progress import Progress, is_failure, outcome_of
from assetc.cli.progress.step_words import LOOKS, kind_of, name_of, name_of_step, result_of
from assetc.cli.text.text import Line, Piece, Style, cut, fitted, line, padded, printable
from assetc.cli.text.words import duration
from assetc.runtime.execution.events import RunStarted, StepFinished, StepStarted

MOST_RUNNING = 8
MOST_SKIPPED = 10


class Screen(Struct, frozen=True):
    """The terminal: its size, and whether it can show more than ASCII."""

    width: int
    height: int
    unicode: bool = True


def finished_line(event: StepFinished, progress: Progress, screen: Screen) -> Line | None:
    """The line of a step that ended; none for the later ones of many skips."""
    outcome = outcome_of(event)
    if outcome in ("skipped", "canceled") and progress.counts[outcome] > MOST_SKIPPED:
        return None
    look = LOOKS[outcome]
    mark = Piece(look.mark if screen.unicode else look.ascii_mark, look.style)
    took = duration(event.seconds) if event.status in ("success", "failed") else ""
    style = look.style if is_failure(event) or outcome == "warned" else "quiet"
    kind = outcome if outcome in ("skipped", "canceled") else kind_of(event.part)
    return _row(screen, mark, (name_of(event.part), kind, took), Piece(printable(result_of(event)), style))


def live_lines(progress: Progress, now: float, screen: Screen) -> Iterator[Line]:
    """What runs now and how far the whole is, for the lower edge of the terminal."""
    if progress.started is None or progress.ended is not None:
        return
    yield ()
    yield fitted(_bar(progress, progress.started, now, screen), screen.width)
    shown = max(1, min(MOST_RUNNING, screen.height - 5))
    running = list(progress.running.values())
    for started in running[:shown]:
        yield _running_line(started, progress, now, screen)
    hidden = len(running) - shown
    waiting = progress.total - progress.done - len(running)
    parts = [f"{hidden} more running"] if hidden > 0 else []
    parts += [f"{waiting} waiting"] if waiting > 0 else []
    dots, separator = ("…", " · ") if screen.unicode else ("...", ", ")
    if parts:
        yield line("  ", Piece(f"{dots} {separator.join(parts)}", "quiet"))


def _running_line(started: StepStarted, progress: Progress, now: float, screen: Screen) -> Line:
    identity = started.step.id
    usual = progress.usual.get(identity)
    said = progress.notes.get(identity) or (f"usual {duration(usual)}" if usual is not None else "")
    elapsed = max(0.0, now - started.at)
    mark = Piece("◐" if screen.unicode else ">", "accent")
    late = usual is not None and elapsed > 2 * usual + 5
    names = (name_of_step(started.step), kind_of(started.step.parts[0]), duration(elapsed))
    return _row(screen, mark, names, Piece(printable(said), "warning" if late else "quiet"))


def _row(screen: Screen, mark: Piece, words: tuple[str, str, str], result: Piece) -> Line:
    """`  ✓ name   kind   1.8 s   result`, the columns as wide as the screen allows."""
    name, kind, took = words
    name_width = max(16, min(48, screen.width * 2 // 5))
    kind_width = 12 if screen.width < 100 else 18
    columns = padded(printable(name), name_width), "  ", Piece(padded(kind, kind_width), "quiet"), took.rjust(10)
    head = line("  ", mark, " ", *columns)
    rest = screen.width - (4 + name_width + 2 + kind_width + 10) - 3
    if not result.text or rest < 8:
        return fitted(head, screen.width)
    return (*head, Piece("   "), Piece(cut(result.text, rest), result.style))


def _bar(progress: Progress, started: RunStarted, now: float, screen: Screen) -> Line:
    elapsed = max(0.0, now - started.at)
    share = progress.done / progress.total if progress.total else 1.0
    words = f"elapsed {duration(elapsed)}"
    left = _seconds_left(progress, now, started.threads)
    if left is not None:
        words += f"{' · ' if screen.unicode else ', '}about {duration(round(left)) if left >= 1 else '1 s'} left"
    numbers = f"{progress.done}/{progress.total}"
    width = max(10, min(80, screen.width - len(words) - len(numbers) - 16))
    full = round(width * share)
    signs = ("━", "━") if screen.unicode else ("#", "-")
    style: Style = "bad" if progress.failures else "good"
    bar = Piece(signs[0] * full, style), Piece(signs[1] * (width - full), "quiet")
    return line("  ", *bar, "  ", Piece(numbers, "strong"), f"  {share:4.0%}  ", Piece(words, "quiet"))


def _seconds_left(progress: Progress, now: float, threads: int) -> float | None:
    """A guess from the usual durations, when they are known for most of what is left."""
    if len(progress.usual) * 2 < progress.total or progress.expected <= 0:
        return None
    running = [(now - started.at, progress.usual.get(id_, 0.0)) for id_, started in progress.running.items()]
    remaining = max(0.0, progress.expected - sum(map(min, running)))
    longest = max((usual - elapsed for elapsed, usual in running), default=0.0)
    return max(remaining / max(1, threads), longest)
