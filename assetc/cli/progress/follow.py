"""Shows a run while it happens: its events in the wanted form, and in the log file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import TypeAlias

from msgspec import Struct

from assetc.cli.progress.dbt_lines import dbt_lines
from assetc.cli.progress.json_lines import json_lines, level_of
from assetc.cli.progress.live_view import Screen, finished_line, live_lines
from assetc.cli.progress.log_file import LogFile
from assetc.cli.progress.plain import log_lines, log_text, plain_lines
from assetc.cli.progress.progress import Progress, advance
from assetc.cli.progress.summary import Heading, heading_lines, summary_lines
from assetc.cli.text.output import Output
from assetc.cli.text.problems import ReadText
from assetc.cli.text.text import Line, coloured, line, plain
from assetc.runtime.execution.events import Event, LogWritten, RunStarted, StepFinished


class Audience(Struct, frozen=True):
    """For whom a run is shown: the output, the log file, and what is needed to show it."""

    output: Output
    log: LogFile
    heading: Heading
    read_text: ReadText


Lines: TypeAlias = tuple[Line, ...]
"""The plain lines of an event: those of the log file and of a pipe. Of a `LogWritten` they are made where needed."""

Show: TypeAlias = Callable[[Event, Progress, Lines], None]


def follow(events: Iterable[Event], audience: Audience) -> Iterator[tuple[Event, Progress]]:
    """Show every event; yields each with the progress after it."""
    output = audience.output
    is_live = output.live and output.log_format == "text" and output.shows("info")
    with ExitStack() as stack:
        show = _show_live(audience, stack) if is_live else _show_lines(audience)
        progress = Progress()
        for event in events:
            progress = advance(progress, event)
            lines = () if isinstance(event, LogWritten) else tuple(plain_lines(event, progress))
            _log(event, lines, audience)
            show(event, progress, lines)
            yield event, progress
    if output.log_format == "text" and progress.ended is not None:
        level = "info" if progress.ended.status == "success" else "error"
        output.say(summary_lines(progress, audience.read_text, output.width), level)


def _log(event: Event, lines: Lines, audience: Audience) -> None:
    text = log_text(event) if isinstance(event, LogWritten) else "\n".join(map(plain, lines))
    if text:
        audience.log.write(audience.output.masked(text))


def _show_lines(audience: Audience) -> Show:
    def show(event: Event, progress: Progress, lines: Lines) -> None:
        audience.output.say(_lines(event, progress, lines, audience), level_of(event))

    return show


def _lines(event: Event, progress: Progress, lines: Lines, audience: Audience) -> Iterator[Line]:
    match audience.output.log_format:
        case "json":
            run_id = progress.started.run_id if progress.started else ""
            yield from map(line, json_lines(event, run_id))
        case "dbt":
            yield from dbt_lines(event, progress)
        case "text":
            if isinstance(event, RunStarted):
                yield from heading_lines(event, audience.heading)
            yield from lines or plain_lines(event, progress)


def _show_live(audience: Audience, stack: ExitStack) -> Show:
    from assetc.cli.progress.terminal import LiveTerminal  # rich is slow to import and a pipe needs none

    output = audience.output
    seen = Progress()

    def view(width: int, height: int) -> Iterator[Line]:
        return live_lines(seen, time.time(), Screen(width, height, output.unicode))

    def text_of(pieces: Line) -> str:
        return output.masked(coloured(pieces) if output.colour else plain(pieces))

    terminal = stack.enter_context(LiveTerminal(output.messages, view, text_of))

    def show(event: Event, progress: Progress, lines: Lines) -> None:
        nonlocal seen
        seen = progress
        terminal.write(_live_lines(event, progress, audience, Screen(*terminal.size(), output.unicode)))

    return show


def _live_lines(event: Event, progress: Progress, audience: Audience, screen: Screen) -> Iterator[Line]:
    """The lines of an event that stay on the terminal."""
    match event:
        case RunStarted():
            yield from heading_lines(event, audience.heading)
        case StepFinished():
            if (ended := finished_line(event, progress, screen)) is not None:
                yield ended
        case LogWritten() if audience.output.shows(event.level):
            yield from (line("    ", *said) for said in log_lines(event))
        case _:
            return
