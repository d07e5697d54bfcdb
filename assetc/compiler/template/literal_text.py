"""Runs a text whose every tag is a name or a call with literal arguments, as the code that Jinja makes of it would.

Most templates with a macro are of this kind, and to have code made costs ten times what it costs to run it.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import NamedTuple

from jinja2.utils import missing

from assetc.compiler.template.constant_calls import CAPTURED, ConstantCall
from assetc.compiler.template.environment import Environment, Scope
from assetc.compiler.template.literals import Arguments
from assetc.compiler.template.tags import Split, Tag
from assetc.compiler.template.unit import Unit


class Piece(NamedTuple):
    """Literal text, or the tag that stands at `offset` of the file."""

    offset: int
    text: str = ""
    tag: Tag | None = None


def pieces_of(body: str, split: Split, start: int) -> tuple[Piece, ...]:
    """What a text that begins at `start` of a file writes, in order."""
    return tuple(_pieces(body, split, start))


def constant_calls_of(split: Split, start: int) -> tuple[ConstantCall, ...]:
    """What `find_constant_calls` finds in such a text."""
    return tuple(_constant_call(tag, start) for tag in split.tags if tag.name in CAPTURED)


def run_literal(unit: Unit, pieces: tuple[Piece, ...], scope: Scope, environment: Environment) -> Iterator[object]:
    """The outputs and marks of a text (see MarkingGenerator); `unit` and `offset` are read from its frame."""
    offset = unit.tags[0][0]
    tags = [piece.tag for piece in pieces if piece.tag is not None]
    values = {tag.name: scope.resolve_or_missing(tag.name) for tag in tags}
    for offset, text, tag in pieces:
        if tag is None:
            yield offset
            yield text
        else:
            yield -1 - offset
            value = values[tag.name]
            if value is missing:
                value = environment.undefined(name=tag.name)
            yield str(value if tag.arguments is None else _called(environment, scope, value, tag.arguments))


def _called(environment: Environment, scope: Scope, value: object, arguments: Arguments) -> object:
    positional, keywords = deepcopy((arguments.positional, arguments.keywords))  # a macro may change a list
    return environment.call(scope, value, *positional, **{word.key: word.value for word in keywords})


def _pieces(body: str, split: Split, start: int) -> Iterator[Piece]:
    for tag in split.tags:
        if tag.literal_start < tag.literal_end:
            yield Piece(start + tag.literal_start, body[tag.literal_start : tag.literal_end])
        if tag.name:
            yield Piece(start + tag.start, tag=tag)
    if split.rest < split.end:
        yield Piece(start + split.rest, body[split.rest : split.end])


def _constant_call(tag: Tag, start: int) -> ConstantCall:
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
