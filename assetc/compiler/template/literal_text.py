"""Runs a text whose every tag is a name or a call with literal arguments, as the code that Jinja makes of it would.

Most templates are of this kind. To have code made costs ten times what it costs to run it, and those that only name
relations, variables and configuration are rendered without importing Jinja.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import Struct

from assetc.compiler.template.literals import Arguments
from assetc.compiler.template.tags import Tag, split_tags
from assetc.compiler.template.unit import CAPTURED, ConstantCall, Unit


class Piece(NamedTuple):
    """Literal text, or the tag that stands at `offset` of the file."""

    offset: int
    text: str = ""
    tag: Tag | None = None


class LiteralText(Struct, frozen=True, eq=False):
    """The unit of such a text, and what it writes, in order."""

    unit: Unit
    pieces: tuple[Piece, ...]

    @property
    def tags(self) -> Iterator[Tag]:
        """Its tags, without comments."""
        return (piece.tag for piece in self.pieces if piece.tag is not None)


@lru_cache(maxsize=4096)
def read_literal_text(path: str, file_text: str, start: int, end: int | None) -> LiteralText | None:
    """The text that stands at `start` to `end` of a file; None when it has no tags, or others than literal ones."""
    body = file_text[start:end]
    split = split_tags(body)
    if split is None or not split.tags:
        return None

    def run(scope: Any, environment: Any) -> Iterator[object]:
        def call(value: object, arguments: Arguments) -> object:
            return environment.call(scope, value, *deepcopy(arguments.positional), **deepcopy(arguments.named))

        return run_literal(unit, pieces, scope.value_of, call)

    tags = tuple((start + tag.start, start + tag.end) for tag in split.tags)
    calls = tuple(_constant_call(tag, start) for tag in split.tags if tag.name in CAPTURED)
    pieces = tuple(_pieces(body, split.tags, (split.rest, split.end), start))
    unit = Unit(path, file_text, run, tags, calls, frozenset(), (), has_returns=False)
    return LiteralText(unit, pieces)


def run_literal(
    unit: Unit, pieces: tuple[Piece, ...], value_of: Callable[[str], object], call: Callable[[Any, Arguments], object]
) -> Iterator[object]:
    """The outputs and marks of a text (see MarkingGenerator); `unit` and `offset` are read from its frame."""
    offset = unit.tags[0][0]
    values = {tag.name: value_of(tag.name) for _, _, tag in pieces if tag is not None}
    for offset, text, tag in pieces:
        if tag is None:
            yield offset
            yield text
        else:
            yield -1 - offset
            value = values[tag.name]
            yield str(value if tag.arguments is None else call(value, tag.arguments))


def _pieces(body: str, tags: tuple[Tag, ...], rest: tuple[int, int], start: int) -> Iterator[Piece]:
    for tag in tags:
        if tag.literal_start < tag.literal_end:
            yield Piece(start + tag.literal_start, body[tag.literal_start : tag.literal_end])
        if tag.name:
            yield Piece(start + tag.start, tag=tag)
    if rest[0] < rest[1]:
        yield Piece(start + rest[0], body[slice(*rest)])


def _constant_call(tag: Tag, start: int) -> ConstantCall:
    """What `find_constant_calls` finds there."""
    place = start + tag.call_start, start + tag.call_end
    if tag.arguments is None:
        return ConstantCall(tag.name, (), None, *place)
    texts = tuple(value for value in tag.arguments.positional if isinstance(value, str))
    words = tag.arguments.keywords
    version = next((str(word.value) for word in words if word.key in {"v", "version"}), None)
    inner = start + tag.arguments_start
    return ConstantCall(
        tag.name,
        texts if len(texts) == len(tag.arguments.positional) else None,
        version,
        *place,
        tuple((word.key, inner + word.start, inner + word.end) for word in words),
    )
