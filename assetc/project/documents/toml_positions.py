"""TOML text to values with places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import count
from typing import TypeAlias

from msgspec import Struct, field

from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.place import span_of
from assetc.project.documents.written import (
    DEEPEST,
    Place,
    Written,
    WrittenFile,
    WrittenList,
    WrittenMapping,
    WrittenPair,
    WrittenScalar,
)

_PLACE_OF_ERROR = re.compile(r"(?P<message>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")


_HINTS = (
    ("invalid value", 'A text stands in quotes: name = "shop"'),
    ("cannot overwrite a value", "The key stands twice: remove one of the two"),
    ("declare", "The table stands twice: bring the two together"),
)
"""What to do about a fault, by the words of the parser."""


def read_toml(path: str, text: str) -> WrittenFile:
    """The content of a TOML file. Never raises; a file that is no TOML has E122 and no content."""
    try:
        values = tomllib.loads(text)
        places = find_places(text)
        content = _Conversion(path, text, places).value(values, (), (path, 0, 0, 1, 1))
    except tomllib.TOMLDecodeError as error:
        return _broken(path, text, str(error))
    except RecursionError:
        return _broken(path, text, f"values are nested more than {DEEPEST} deep")
    except ValueError as error:  # a date that does not exist, a number too long for Python
        return _broken(path, text, str(error))
    return WrittenFile(content, ())


class _Conversion:
    """The places of one file, and the way from `tomllib`'s values to written ones."""

    def __init__(self, path: str, text: str, places: TomlPlaces) -> None:
        self.path = path
        self.text = text
        self.places = places

    def value(self, value: object, at: KeyPath, outer: Place) -> Written:
        """The value at a key path; without a place of its own it stands where what holds it stands."""
        if len(at) > DEEPEST:
            raise RecursionError
        place = self.place(self.places.values.get(at) or self.places.keys.get(at), outer)
        if isinstance(value, dict):
            return WrittenMapping(tuple(self.pair(key, each, at, place) for key, each in value.items()), place)
        if isinstance(value, list):
            return WrittenList(tuple(self.value(each, (*at, index), place) for index, each in enumerate(value)), place)
        return WrittenScalar(_scalar(value), place)

    def pair(self, key: str, value: object, at: KeyPath, outer: Place) -> WrittenPair:
        path = (*at, key)
        place = self.place(self.places.keys.get(path), outer)
        return WrittenPair(key, self.value(value, path, place), place, key)

    def place(self, extent: tuple[int, int] | None, outer: Place) -> Place:
        if extent is None:
            return outer
        span = span_of(self.path, self.text, *extent)
        return span.path, span.start, span.end, span.line, span.column


def _scalar(value: object) -> object:
    """A date becomes its text, as in YAML; so does a number that 64 bits cannot hold."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    return value if isinstance(value, str | float) else str(value)


def _broken(path: str, text: str, problem: str) -> WrittenFile:
    match = _PLACE_OF_ERROR.fullmatch(problem)
    message = match["message"] if match else problem
    offset = len(text) if match else 0
    if match and match["line"]:
        offset = _offset(text, int(match["line"]), int(match["column"]))
    span = span_of(path, text, min(offset, len(text)), min(offset + 1, len(text)))
    message = message[:1].lower() + message[1:]
    hint = next((hint for sign, hint in _HINTS if sign in message), "")
    return WrittenFile(None, (diagnostic("E122", f"this is not TOML: {message}", span, hint=hint),))


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1


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
            for index in self.items("]"):
                self.value((*path, index))
        elif self.sees("{"):
            for _ in self.items("}"):
                self.assignment(path)
        else:
            self.skip(_VALUE)
        end = start + len(self.text[start : self.position].rstrip())
        self.values[path] = (start, end)

    def items(self, end: str) -> Iterator[int]:
        """Counts the items up to the bracket that ends them; each is read before the next one is asked for."""
        for index in count():
            if self.skip(_IGNORED) >= len(self.text) or self.sees(end):
                return
            before = self.position
            yield index
            self.skip(_IGNORED)
            if not self.sees(",") and self.position == before:
                return


def _key(written: str) -> str:
    if not written.startswith(('"', "'")):
        return written
    return next(iter(tomllib.loads(f"{written} = 0")), written)
