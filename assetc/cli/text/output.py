"""Where output goes: data to stdout, everything else to stderr, in colour on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from msgspec import Struct

from assetc.cli.options.invocation import LEVELS, Invocation, LogFormat, LogLevel
from assetc.cli.text.json_text import encoded
from assetc.cli.text.problems import ReadText, count_lines, problem_lines, together
from assetc.cli.text.text import Line, coloured, plain
from assetc.compiler.diagnostic import Diagnostic
from assetc.project.profiles.secrets import named_only
from assetc.runtime.redact import redactor

MOST_WARNINGS = 30

WITHOUT_TERMINAL = 120
"""The width of lines if nothing else is known."""


Fields = dict[str, object]


class Output(Struct, frozen=True):
    """The two streams and how to write to them. `live`: stderr is a terminal that can show a live view."""

    __repr__ = named_only

    data: TextIO
    messages: TextIO
    colour: bool
    colour_data: bool
    live: bool
    level: LogLevel
    log_format: LogFormat
    secrets: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """The number in COLUMNS, else the columns of the terminal, else 120."""
        told = os.environ.get("COLUMNS", "")
        if told.isdecimal() and int(told) > 0:
            return int(told)
        return _columns_of(self.messages) or _columns_of(self.data) or WITHOUT_TERMINAL

    @property
    def room(self) -> int | None:
        """How many columns a table may take: those in COLUMNS, or of the terminal; in a file there is no limit."""
        told = os.environ.get("COLUMNS", "")
        return int(told) if told.isdecimal() and int(told) > 0 else _columns_of(self.data) or None

    @property
    def unicode(self) -> bool:
        """Whether the messages' stream can show more than ASCII."""
        return (self.messages.encoding or "").lower().replace("-", "").startswith("utf")

    def shows(self, level: str) -> bool:
        """Whether messages of this level are wanted."""
        wanted = {"warning": "warn", "note": "info"}.get(level, level)
        return self.level != "none" and LEVELS.index(wanted) >= LEVELS.index(self.level)

    def say(self, lines: Iterable[Line], level: str = "info") -> None:
        """Write messages, unless their level is not wanted."""
        if self.shows(level):
            self._write(self.messages, lines, colour=self.colour)

    def give(self, lines: Iterable[Line]) -> None:
        """Write data."""
        self._write(self.data, lines, colour=self.colour_data)

    def give_text(self, text: str) -> None:
        """Write data that has its own line ends."""
        _encodable(self.data, self.masked(text if text.endswith("\n") else f"{text}\n"))

    def give_json(self, value: object) -> None:
        """Write a value as JSON in one line."""
        self.give_text(encoded(value))

    def masked(self, text: str) -> str:
        """The text without the secrets of the project."""
        return redactor(self.secrets)(text) if self.secrets else text

    def _write(self, stream: TextIO, lines: Iterable[Line], *, colour: bool) -> None:
        text = "".join(f"{coloured(each) if colour else plain(each)}\n" for each in lines)
        if text:
            _encodable(stream, self.masked(text))


def output_of(invocation: Invocation) -> Output:
    """The output of this process; in colour on a terminal unless NO_COLOR or TERM=dumb is set."""
    wanted = invocation.use_colors
    if wanted is None:
        wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    forced = invocation.use_colors is True or bool(os.environ.get("FORCE_COLOR"))
    on_terminal = sys.stderr.isatty()
    return Output(
        data=sys.stdout,
        messages=sys.stderr,
        colour=wanted and (on_terminal or forced),
        colour_data=wanted and (sys.stdout.isatty() or forced),
        live=on_terminal and os.environ.get("TERM") != "dumb",
        level=invocation.level,
        log_format=invocation.log_format,
    )


def say_problems(output: Output, problems: Iterable[Diagnostic], read_text: ReadText) -> None:
    """All errors, the first of the warnings, and how many there are of each."""
    shown = together(problem for problem in problems if output.shows(problem.severity))
    for problem in _without_flood(shown):
        output.say(problem_lines(problem, read_text, output.width), problem.severity)
    output.say(count_lines(shown), "error")


def _without_flood(problems: list[Diagnostic]) -> list[Diagnostic]:
    """Warnings first and errors last, nearest to the prompt."""
    errors = [problem for problem in problems if problem.severity == "error"]
    others = [problem for problem in problems if problem.severity != "error"]
    return [*others[:MOST_WARNINGS], *errors]


def _columns_of(stream: TextIO) -> int:
    """The columns of the terminal of a stream; 0 if there is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0


def _encodable(stream: TextIO, text: str) -> None:
    """Write what the stream's encoding can hold; the rest becomes question marks."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
