"""A configuration file as it was written: plain values, each with the place where it stands.

A project has tens of thousands of them and needs few spans, which are therefore made when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.place import Span

DEEPEST = 100
"""How far values may be nested; what lies deeper is no configuration that a person wrote."""

Place: TypeAlias = tuple[str, int, int, int, int]
"""The fields of a `Span`: path, start, end, line, column."""


class WrittenScalar(NamedTuple):
    """A text, number, boolean or null."""

    value: object
    place: Place

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(*self.place)


class WrittenList(NamedTuple):
    """A list of values."""

    items: tuple[Written, ...]
    place: Place

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(*self.place)


class WrittenPair(NamedTuple):
    """One key of a mapping with its value; `place` is the key's, `original` the key as a value."""

    key: str
    value: Written
    place: Place
    original: object

    @property
    def span(self) -> Span:
        """Where the key stands."""
        return Span(*self.place)

    @property
    def whole(self) -> Span:
        """Where the key and its value stand."""
        path, start, _, line, column = self.place
        return Span(path, start, self.value.place[2], line, column)


class WrittenMapping(NamedTuple):
    """Keys and their values, in the order of the file; no key stands twice."""

    pairs: tuple[WrittenPair, ...]
    place: Place

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(*self.place)

    def find(self, key: str) -> WrittenPair | None:
        """The pair of this key, if there is one."""
        for pair in self.pairs:
            if pair.key == key:
                return pair
        return None


Written: TypeAlias = WrittenScalar | WrittenList | WrittenMapping


class WrittenFile(Struct, frozen=True):
    """A whole file. `content` is None when the file is empty or cannot be read at all."""

    content: Written | None
    problems: tuple[Diagnostic, ...]


def plain(written: Written) -> object:
    """The value without its places: dicts, lists and scalars."""
    match written:
        case WrittenScalar(value=value):
            return value
        case WrittenList(items=items):
            return [plain(item) for item in items]
        case WrittenMapping(pairs=pairs):
            return {pair.original: plain(pair.value) for pair in pairs}


def place_at(written: Written, steps: Iterable[str | int]) -> Span:
    """Where the key or item stands to which steps lead; where they lead nowhere, what they led to before."""
    span = written.span
    for step in steps:
        if isinstance(step, str) and isinstance(written, WrittenMapping) and (pair := written.find(step)):
            written, span = pair.value, pair.span
        elif isinstance(step, int) and isinstance(written, WrittenList) and step < len(written.items):
            written = written.items[step]
            span = written.span
        else:
            break
    return span
