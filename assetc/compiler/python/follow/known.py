"""What is known of a value: the texts it can be, whether it counts as true; and one value of several possible ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from assetc.compiler.python.follow.values import (
    HOLE,
    UNKNOWN,
    AssetFunction,
    Choice,
    Class,
    Closure,
    Constant,
    Instance,
    Items,
    Line,
    Module,
    Piece,
    Text,
    Unknown,
    Value,
    alternatives,
)

MOST_ALTERNATIVES = 24


def choice(values: Iterable[Value]) -> Value:
    """One of these values."""
    unique: list[Value] = []
    for value in values:
        unique.extend(each for each in alternatives(value) if each not in unique)
    if len(unique) == 1:
        return unique[0]
    texts = [value for value in unique if isinstance(value, Text)]
    if texts and all(isinstance(value, (Text, Unknown)) for value in unique):
        lines = [line for value in texts for line in value.lines]
        return text_of(lines if len(texts) == len(unique) else [*lines, (HOLE,)])
    known = [value for value in unique if not isinstance(value, Unknown)]
    if len(known) == 1 and isinstance(known[0], (Closure, Class, Module, AssetFunction)):
        return known[0]
    return Choice(tuple(unique[:MOST_ALTERNATIVES])) if unique else UNKNOWN


def over(value: Value, function: Callable[[Value], Value]) -> Value:
    """`function` of each value that a value can be."""
    if isinstance(value, Choice):
        return choice(function(each) for each in value.values)
    return function(value)


def text_of(lines: Iterable[Line]) -> Text:
    """A string that is one of these; beyond MOST_ALTERNATIVES they end in a hole."""
    given = tuple(lines)
    if len(given) == 1:
        return Text(given)
    unique = {spell(line): line for line in reversed(given)}
    kept = tuple(reversed(unique.values()))
    if len(kept) > MOST_ALTERNATIVES:
        kept = (*kept[: MOST_ALTERNATIVES - 1], (HOLE,))
    return Text(kept)


def known_text(text: str) -> Text:
    """A string without a place in the project's files."""
    return Text(((Piece(text),),))


def spell(line: Line) -> tuple[str | None, ...]:
    """The text of a line, holes as None; adjacent pieces of text are joined."""
    spelled: list[str | None] = []
    for piece in line:
        if piece.is_hole:
            spelled.append(None)
        elif spelled and spelled[-1] is not None:
            spelled[-1] += piece.text
        else:
            spelled.append(piece.text)
    return tuple(spelled)


def plain(line: Line) -> str | None:
    """The text of a line without holes."""
    return None if any(piece.is_hole for piece in line) else "".join(piece.text for piece in line)


def only_text(value: Value) -> str | None:
    """The text of a string that has one known value."""
    return plain(value.lines[0]) if isinstance(value, Text) and len(value.lines) == 1 else None


def known_texts(value: Value) -> Iterator[str]:
    """The possible values of a string that are completely known."""
    if isinstance(value, Text):
        yield from (text for line in value.lines if (text := plain(line)) is not None)


def has_default(value: Value) -> bool:
    """Whether a part of a string may be different at run time."""
    return isinstance(value, Text) and any(piece.is_default for line in value.lines for piece in line)


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None when that is not known."""
    match value:
        case Constant(known):
            return bool(known)
        case Items(values):
            return bool(values)
        case Text(lines):
            answers = {None if plain(line) is None else bool(plain(line)) for line in lines}
            return answers.pop() if len(answers) == 1 else None
        case Closure() | Class() | Instance() | Module() | AssetFunction():
            return True
        case _:
            return None


def merge(branches: Sequence[dict[str, Value]]) -> dict[str, Value]:
    """The names after one of several branches was taken."""
    if len(branches) == 1:
        return branches[0]
    merged: dict[str, Value] = {}
    for name in dict.fromkeys(name for branch in branches for name in branch):
        values = [branch[name] for branch in branches if name in branch]
        first = values[0]
        merged[name] = first if all(value is first for value in values) else choice(values)
    return merged
