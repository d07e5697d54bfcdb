"""What is known of the value of an expression without running it, and the names in a scope."""

from __future__ import annotations

import ast
from typing import NamedTuple, TypeAlias

from msgspec import Struct, field

from assetc.compiler.place import Span
from assetc.compiler.python.python_text import Literal, PythonText


class Piece(NamedTuple):
    """A part of a string: known text, with the literal that it was taken from, or a hole (`is_hole`).

    A hole that is `harmless` is a relation that is already counted as a reference; `is_default` is the default of
    a parameter.
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


class Scope(Struct, eq=False):
    """The names of a module, a class or a function that is being followed.

    `returns` collects the values that the function returns. `is_function`: names bound here are local variables, which
    some engines scan as tables.
    """

    source: PythonText
    parent: Scope | None = None
    names: dict[str, Value] = field(default_factory=dict)
    returns: list[Value] = field(default_factory=list)
    is_function: bool = False
    globals: set[str] = field(default_factory=set)

    def look_up(self, name: str) -> Value | None:
        """What `name` is here, or None if nothing binds it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return None

    def bind(self, name: str, value: Value) -> None:
        """Bind `name` to `value`."""
        owner = self.module() if name in self.globals else self
        owner.names[name] = value

    def rebind(self, name: str, value: Value) -> None:
        """Change the value of `name` where it is bound (a list that grew)."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        (scope or self).names[name] = value

    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def inner(self) -> Scope:
        """A scope of the same kind inside this one: of a comprehension."""
        return Scope(self.source, self, returns=self.returns, is_function=self.is_function)

    def frame_name(self, name: str) -> bool:
        """Whether `name` is a variable here that could hold a table."""
        value = self.look_up(name)
        return value is not None and any(
            isinstance(each, (Unknown, Handle))
            or (isinstance(each, Argument) and (each.is_mapped or each.name != name))
            for each in alternatives(value)
        )


class Closure(Struct, frozen=True, eq=False):
    """A function, with the scope in which it was defined and the arguments bound to it."""

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


class TypeExpression(Struct, frozen=True, eq=False):
    """An expression of types as it is written, such as `list[dict]` or `Frame | None`."""

    node: ast.expr
    scope: Scope


class Key(Struct, frozen=True):
    """An asset key in an expression (AssetKey, AssetIn, AssetSpec, AssetOut, SourceAsset ...), as written.

    `readable`: all of it is known. `declared` is the place of a call that by itself
    declares a source (SourceAsset, AssetSpec).
    """

    key: str | None
    prefix: tuple[str, ...] = ()
    deps: Value | None = None
    readable: bool = True
    declared: Span | None = None


class AssetFunction(Struct, frozen=True, eq=False):
    """A function decorated with `@asset`. `key` is None if its name is not known."""

    closure: Closure
    key: str | None


class AssetDecorator(Struct, frozen=True, eq=False):
    """`asset(...)` waiting for its function."""

    kind: str
    arguments: Entries
    call: ast.Call | None
    source: PythonText


class Argument(Struct, frozen=True):
    """A parameter of an asset's function, inside its body.

    `is_relation`: as text it is the name of its relation; `is_mapped`: its upstream has a different name.
    """

    name: str
    is_relation: bool
    is_mapped: bool


class Handle(Struct, frozen=True):
    """The result of a call that is already counted as a reference (`context.ref("a")`)."""


class Unknown(Struct, frozen=True):
    """An unknown value, perhaps with the library that made it."""

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
    | TypeExpression
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
