"""Where each key of a TOML text stands: `tomllib` has read the values, and tells no places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct, field

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys from the outside in; the members of an array are counted from 0."""

Extent: TypeAlias = tuple[int, int]

_IGNORED = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANKS = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
_VALUE = re.compile(
    r'"{3}(?:[^\\]|\\.)*?"{3,5}'
    r"|'{3}.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|[^\s,\]}#\"'][^,\]}#\n]*",
    re.DOTALL,
)


class TomlPlaces(Struct, frozen=True):
    """The extents of keys (the last segment as written) and of values."""

    keys: Mapping[KeyPath, Extent]
    values: Mapping[KeyPath, Extent]


def find_places(text: str) -> TomlPlaces:
    """The places of everything in a TOML text that `tomllib` accepts; of any other text, of its beginning."""
    scan = _Scan(text)
    prefix: KeyPath = ()
    while (position := scan.skip(_IGNORED)) < len(text):
        if text[position] == "[":
            prefix = scan.header()
        else:
            scan.assignment(prefix)
        if scan.position == position:
            break
    return TomlPlaces(scan.keys, scan.values)


class _Scan(Struct):
    """A position that moves through the text, and the places passed so far."""

    text: str
    position: int = 0
    keys: dict[KeyPath, Extent] = field(default_factory=dict)
    values: dict[KeyPath, Extent] = field(default_factory=dict)
    arrays: dict[KeyPath, int] = field(default_factory=dict)

    def skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.position)
        self.position = match.end() if match else self.position
        return self.position

    def sees(self, token: str) -> bool:
        """Whether the token stands next; it is then passed."""
        found = self.text.startswith(token, self.position)
        self.position += len(token) if found else 0
        return found

    def header(self) -> KeyPath:
        """The path of the table that `[a.b]` or `[[a.b]]` opens."""
        is_array = self.text.startswith("[[", self.position)
        bracket = "]]" if is_array else "]"
        self.position += len(bracket)
        path = self.dotted(())
        self.sees(bracket)
        if is_array:
            self.arrays[path] = self.arrays.get(path, -1) + 1
            path = (*path, self.arrays[path])
        return path

    def assignment(self, prefix: KeyPath) -> None:
        path = self.dotted(prefix)
        self.sees("=")
        self.skip(_BLANKS)
        self.value(path)

    def dotted(self, path: KeyPath) -> KeyPath:
        """The path that a dotted key adds to `path`; the place of a segment is where it stands first."""
        while True:
            start = self.skip(_BLANKS)
            end = self.skip(_KEY)
            path = (*path, _key(self.text[start:end]))
            self.keys.setdefault(path, (start, end))
            self.skip(_BLANKS)
            if not self.sees("."):
                return path
            if path in self.arrays:
                path = (*path, self.arrays[path])

    def value(self, path: KeyPath) -> None:
        start = self.position
        if self.sees("["):
            self.members(path)
        elif self.sees("{"):
            self.inline_table(path)
        else:
            self.skip(_VALUE)
        end = start + len(self.text[start : self.position].rstrip())
        self.values[path] = (start, end)

    def members(self, path: KeyPath) -> None:
        index = 0
        while self.skip(_IGNORED) < len(self.text) and not self.sees("]"):
            before = self.position
            self.value((*path, index))
            index += 1
            self.skip(_IGNORED)
            if not self.sees(",") and self.position == before:
                return

    def inline_table(self, path: KeyPath) -> None:
        while self.skip(_IGNORED) < len(self.text) and not self.sees("}"):
            before = self.position
            self.assignment(path)
            self.skip(_IGNORED)
            if not self.sees(",") and self.position == before:
                return


def _key(written: str) -> str:
    if not written.startswith(('"', "'")):
        return written
    return next(iter(tomllib.loads(f"{written} = 0")), written)
