"""What an expression can be known to be, without running it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec import Struct, field

from assetc.compiler.place import Span
from assetc.compiler.python.source import Literal, Source

if TYPE_CHECKING:
    from assetc.compiler.python.follow.scope import Scope

MOST_ALTERNATIVES = 24


class Piece(NamedTuple):
    """A part of a string: known text, with the literal that it was taken from, or a hole (`is_hole`).

    A hole that is `harmless` stands for a relation which is already counted as a reference; `is_default` is text
    that a parameter has unless it is given another.
    """

    text: str
    literal: Literal | None = None
    offset: int = 0
    is_hole: bool = False
    harmless: bool = False
    is_default: bool = False


Line: TypeAlias = tuple[Piece, ...]
"""One possible value of a string."""

HOLE = Piece("", is_hole=True)
COUNTED_HOLE = Piece("", is_hole=True, harmless=True)


class Text(Struct, frozen=True):
    """A string: its possible values."""

    lines: tuple[Line, ...]


class Constant(Struct, frozen=True):
    """A number, a boolean, bytes or None."""

    value: object


class Items(Struct, frozen=True):
    """A list, tuple or set."""

    values: tuple[Value, ...]


class Entries(Struct, frozen=True):
    """A dict with constant keys. `complete`: no other key can be in it."""

    values: dict[str, Value]
    complete: bool = True


class Choice(Struct, frozen=True):
    """One of several values that are not strings."""

    values: tuple[Value, ...]


class FilePath(Struct, frozen=True):
    """A path, relative to the project root."""

    path: str


class Closure(Struct, frozen=True, eq=False):
    """A function, with the scope in which it was defined and the arguments that it has already."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    bound: tuple[Value, ...] = ()
    named: tuple[tuple[str, Value], ...] = ()


class Class(Struct, frozen=True, eq=False):
    """A class of the project: its members, its bases, and its fields in order."""

    name: str
    scope: Scope
    bases: tuple[Value, ...]
    fields: tuple[str, ...]

    @property
    def is_enum(self) -> bool:
        """Whether its fields are the members of an enumeration."""
        names = [base.name.rpartition(".")[2] for base in self.bases if isinstance(base, Outside)]
        return any(name in ("Enum", "StrEnum", "IntEnum") for name in names)


class Instance(Struct, frozen=True, eq=False):
    """An object of a class of the project; its attributes change as code sets them."""

    of: Class
    attributes: dict[str, Value] = field(default_factory=dict)


class Module(Struct, frozen=True, eq=False):
    """A module of the project that was read."""

    scope: Scope


class Outside(Struct, frozen=True):
    """A name from a library, dotted as it was imported (`pandas.read_sql`)."""

    name: str


class Key(Struct, frozen=True):
    """An asset key that an expression names (AssetKey, AssetIn, AssetSpec, AssetOut, SourceAsset ...), as written.

    `readable`: nothing of it was left out because it is not known. `declared` is the place of a call that by itself
    declares a source (SourceAsset, AssetSpec).
    """

    key: str | None
    prefix: tuple[str, ...] = ()
    deps: Value | None = None
    readable: bool = True
    declared: Span | None = None


class AssetFunction(Struct, frozen=True, eq=False):
    """A function that `@asset` made a definition of. `key` is None when its name could not be read."""

    closure: Closure
    key: str | None


class AssetDecorator(Struct, frozen=True, eq=False):
    """`asset(...)` waiting for its function."""

    kind: str
    arguments: Entries
    call: ast.Call | None
    source: Source


class Argument(Struct, frozen=True):
    """A parameter of an asset's function, inside its body.

    `is_relation`: its text is the name of its relation; `is_mapped`: its upstream has another name than it.
    """

    name: str
    is_relation: bool
    is_mapped: bool


class Handle(Struct, frozen=True):
    """A relation that was named by a call which is counted already (`context.ref("a")`)."""


class Unknown(Struct, frozen=True):
    """Nothing is known, but perhaps the library that made the object."""

    library: str = ""


Value: TypeAlias = (
    Text
    | Constant
    | Items
    | Entries
    | Choice
    | FilePath
    | Closure
    | Class
    | Instance
    | Module
    | Outside
    | Key
    | AssetFunction
    | AssetDecorator
    | Argument
    | Handle
    | Unknown
)

UNKNOWN = Unknown()


def alternatives(value: Value) -> tuple[Value, ...]:
    """The values that a value can be."""
    return value.values if isinstance(value, Choice) else (value,)


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
    """A string that is one of these; more than a couple of dozen end in a hole."""
    given = tuple(lines)
    if len(given) == 1:
        return Text(given)
    unique = {spell(line): line for line in reversed(given)}
    kept = tuple(reversed(unique.values()))
    if len(kept) > MOST_ALTERNATIVES:
        kept = (*kept[: MOST_ALTERNATIVES - 1], (HOLE,))
    return Text(kept)


def known_text(text: str) -> Text:
    """A string that stands at no place of its own."""
    return Text(((Piece(text),),))


def spell(line: Line) -> tuple[str | None, ...]:
    """What a line says, holes as None: neighbouring pieces of text count as one."""
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
    """The text of a string that is known, and can be nothing else."""
    return plain(value.lines[0]) if isinstance(value, Text) and len(value.lines) == 1 else None


def known_texts(value: Value) -> Iterator[str]:
    """The possible values of a string that are known whole."""
    if isinstance(value, Text):
        yield from (text for line in value.lines if (text := plain(line)) is not None)


def has_default(value: Value) -> bool:
    """Whether a part of a string may be another than it is here."""
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
