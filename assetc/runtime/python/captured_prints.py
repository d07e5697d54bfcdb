"""What a body prints goes to the log of its step, while other threads print as before."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO, cast

_LOCK = threading.Lock()


@contextmanager
def captured_prints(write_line: Callable[[str], None]) -> Iterator[None]:
    """While this lasts, each line that this thread prints goes to `write_line`."""
    with _LOCK:
        current: object = sys.stdout
        router = current if isinstance(current, _Router) else _Router(sys.stdout)
        standard = sys.stdout = cast("TextIO", router)
        router.add(write_line)
    try:
        yield
    finally:
        with _LOCK:
            router.remove()
            if sys.stdout is standard and not router.is_used():
                sys.stdout = router.original


class _Router(io.TextIOBase):
    """A standard output that sends the lines of some threads elsewhere."""

    def __init__(self, original: TextIO) -> None:
        super().__init__()
        self.original = original
        self._sinks: dict[int, Callable[[str], None]] = {}
        self._rest: dict[int, str] = {}

    def add(self, sink: Callable[[str], None]) -> None:
        """Send the lines of this thread to `sink`."""
        self._sinks[threading.get_ident()] = sink

    def remove(self) -> None:
        """Send the rest of this thread's last line, then no more."""
        sink = self._sinks.pop(threading.get_ident(), None)
        rest = self._rest.pop(threading.get_ident(), "")
        if sink and rest:
            sink(rest)

    def is_used(self) -> bool:
        """Whether lines of any thread are still sent elsewhere."""
        return bool(self._sinks)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the original."""
        return self.original.encoding

    def fileno(self) -> int:
        """That of the original, for programs that the body starts."""
        return self.original.fileno()

    def isatty(self) -> bool:
        """Whether the original is a terminal."""
        return self.original.isatty()

    def __getattr__(self, name: str) -> object:
        return getattr(self.original, name)

    def writable(self) -> bool:
        """Like any standard output."""
        return True

    def write(self, text: str) -> int:
        """Send whole lines on; keep the beginning of the next one."""
        thread = threading.get_ident()
        sink = self._sinks.get(thread)
        if sink is None:
            return self.original.write(text)
        *lines, rest = (self._rest.get(thread, "") + text).split("\n")
        self._rest[thread] = rest
        for line in lines:
            sink(line)
        return len(text)

    def flush(self) -> None:
        """Flush the original."""
        self.original.flush()
