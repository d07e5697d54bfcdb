"""The log file of a project: `logs/assetc.log`, which makes room for itself."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TextIO

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 5


class LogFile:
    """Appends lines to a file, which is `.1`, `.2` ... when it is full.

    A log that cannot be written is left out; `fault` says so.
    """

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._most_files = most_files
        self._stream: TextIO | None = None
        self._written = 0
        self.fault = ""

    def write(self, text: str) -> bool:
        """Append a line; whether that could be done."""
        try:
            stream = self._stream or self._open()
            self._written += stream.write(f"{text}\n")
            if self._written >= self._most_bytes:
                self._rotate()
        except OSError as error:
            self._forget()
            self.fault = f"the log {self._path.parent.name}/{self._path.name} is not complete: {error.strerror}"
            return False
        return True

    def close(self) -> None:
        """Give the file back."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _forget(self) -> None:
        """Close what cannot be written any more; it cannot be written out either."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(OSError):
                stream.close()

    def _open(self) -> TextIO:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self._path.open("a", encoding="utf-8", errors="replace", buffering=1)
        self._written = self._stream.tell()
        return self._stream

    def _rotate(self) -> None:
        self.close()
        for number in range(self._most_files - 1, 0, -1):
            older = self._numbered(number - 1)
            if older.exists():
                older.replace(self._numbered(number))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path
