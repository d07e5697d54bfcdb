"""A configuration file as it was written: plain values, each with the place where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.place import Span

DEEPEST = 100
"""How far values may be nested; what lies deeper is no configuration that a person wrote."""


@dataclass(frozen=True, slots=True)
class WrittenScalar:
    """A text, number, boolean or null."""

    value: object
    span: Span


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A list of values."""

    items: tuple[Written, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class WrittenPair:
    """One key of a mapping with its value; `span` is the key's, `original` the key as a value."""

    key: str
    value: Written
    span: Span
    original: object


@dataclass(frozen=True, slots=True)
class WrittenMapping:
    """Keys and their values, in the order of the file; no key stands twice."""

    pairs: tuple[WrittenPair, ...]
    span: Span

    def find(self, key: str) -> WrittenPair | None:
        """The pair of this key, if there is one."""
        return next((pair for pair in self.pairs if pair.key == key), None)


Written: TypeAlias = WrittenScalar | WrittenList | WrittenMapping


@dataclass(frozen=True, slots=True)
class WrittenFile:
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
