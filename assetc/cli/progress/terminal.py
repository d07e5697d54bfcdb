"""The live part of a terminal: what ended scrolls up, what runs stays below. The one file that knows rich."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from assetc.cli.text.text import Line

SECONDS_BETWEEN_PICTURES = 0.1

View = Callable[[int, int], Iterable[Line]]
"""The live lines for a width and a height."""


class LiveTerminal:
    """Prints lines above a live view. Pictures are drawn by a thread of its own, however many lines come."""

    def __init__(self, stream: TextIO, view: View, text_of: Callable[[Line], str]) -> None:
        self._console = Console(file=stream, force_terminal=True, highlight=False)
        self._view = view
        self._text = text_of
        self._waiting: list[Line] = []
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._live = Live(console=self._console, auto_refresh=False, transient=True, get_renderable=self._picture)
        self._thread = threading.Thread(target=self._draw_until_ended, name="terminal", daemon=True)

    def size(self) -> tuple[int, int]:
        """Width and height now."""
        return self._console.width, self._console.height

    def write(self, lines: Iterable[Line]) -> None:
        """Print lines above the live view, with the next picture."""
        with self._lock:
            self._waiting += lines

    def __enter__(self) -> Self:
        self._live.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._draw()
        self._live.stop()

    def _draw_until_ended(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_PICTURES):
            self._draw()

    def _draw(self) -> None:
        with self._lock:
            lines, self._waiting = self._waiting, []
        if lines:
            self._console.print(self._rendered(lines), soft_wrap=True)
        self._live.refresh()

    def _picture(self) -> Group:
        return Group(self._rendered(self._view(*self.size())))

    def _rendered(self, lines: Iterable[Line]) -> Text:
        text = Text.from_ansi("\n".join(map(self._text, lines)))
        text.no_wrap = True
        return text
