"""What an annotation means: decided by where its names come from, not by how they are spelled."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.python.follow.known import only_text
from assetc.compiler.python.follow.machine import Machine
from assetc.compiler.python.follow.values import (
    Class,
    Constant,
    Outside,
    Scope,
    Text,
    TypeExpression,
    Value,
    alternatives,
)
from assetc.compiler.python.reading import ReturnKind
from assetc.definitions.form import form_of_name

MOST_ALIASES = 20
WITHOUT_KIND = frozenset({"Any", "object", "MaterializeResult", "ObserveResult"})
AROUND_A_VALUE = frozenset({"Output", "Iterator", "Iterable", "Generator", "AsyncIterator", "AsyncGenerator"})
MAYBE_TABLES = ("Frame", "Table", "RecordBatch")
"""How the classes end that may be tables of libraries which we do not know: the value decides."""


class WrittenType(Struct, frozen=True):
    """A type as its name is known where it comes from; `own`: the project's class of this name.

    `arguments` are what stands in its brackets, as expressions of `scope`.
    """

    name: str
    scope: Scope
    own: Class | None = None
    arguments: Sequence[ast.expr] = ()

    @property
    def last(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]


def written_type(machine: Machine, node: ast.expr | None, scope: Scope, depth: int = 0) -> WrittenType | None:
    """The type that an annotation names, without `Optional`, `Annotated` and quotes; None if it is not known."""
    if depth > MOST_ALIASES:
        return None
    match node:
        case ast.Constant(value=None):
            return WrittenType("None", scope)
        case ast.Constant(value=str() as text):
            return written_type(machine, parsed(text), scope, depth + 1)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _only_one(machine, (left, right), scope, depth)
        case ast.Subscript(value=value, slice=inner):
            return _with_arguments(machine, written_type(machine, value, scope, depth + 1), inner, scope, depth)
        case ast.Name() | ast.Attribute():
            found = (_of_value(machine, each, scope, depth) for each in alternatives(machine.evaluate(node, scope)))
            return next((each for each in found if each and each.name != "None"), None)
        case _:
            return None


def parsed(text: str) -> ast.expr | None:
    """The expression of an annotation that is written as a string."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def return_kind(machine: Machine, node: ast.expr | None, scope: Scope) -> ReturnKind:
    """What becomes of a value that is annotated like this."""
    found = written_type(machine, node, scope)
    if found is None:
        return "any"
    if found.own is None and found.last in AROUND_A_VALUE:
        return return_kind(machine, found.arguments[0], found.scope) if found.arguments else "any"
    if found.name == "None":
        return "none"
    if is_table(machine, found):
        return "table"
    is_open = found.own is None and (found.last in WITHOUT_KIND or found.last.endswith(MAYBE_TABLES))
    return "any" if is_open else "object"


def is_table(machine: Machine, found: WrittenType) -> bool:
    """Whether a type is one of those that hold a table."""
    if found.own is None and found.last in ("list", "List") and len(found.arguments) == 1:
        item = written_type(machine, found.arguments[0], found.scope)
        return item is not None and _is_row(item)
    return any(form_of_name(name) is not None for name in _names_of(found))


def _is_row(item: WrittenType) -> bool:
    if item.own is not None:
        return any(name.rpartition(".")[2] == "TypedDict" for name in _bases_of(item.own))
    return item.last in ("dict", "Dict")


def _names_of(found: WrittenType) -> Iterable[str]:
    """The library classes that a type is: itself, or those that a class of the project extends."""
    return (found.name,) if found.own is None else _bases_of(found.own)


def _bases_of(own: Class) -> Iterable[str]:
    for base in own.bases:
        if isinstance(base, Outside):
            yield base.name
        elif isinstance(base, Class):
            yield from _bases_of(base)


def _only_one(machine: Machine, nodes: Sequence[ast.expr], scope: Scope, depth: int) -> WrittenType | None:
    """The one type of a union beside None; a union of several is a type of its own."""
    found = [written_type(machine, node, scope, depth + 1) for node in nodes]
    rest = [each for each in found if each is None or each.name != "None"]
    return rest[0] if len(rest) == 1 else WrittenType("Union", scope)


def _with_arguments(
    machine: Machine, origin: WrittenType | None, inner: ast.expr, scope: Scope, depth: int
) -> WrittenType | None:
    if origin is None:
        return None
    arguments = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if origin.own is None and origin.last in ("Optional", "Annotated", "Final", "ClassVar") and arguments:
        return written_type(machine, arguments[0], scope, depth + 1)
    if origin.own is None and origin.last == "Union":
        return _only_one(machine, arguments, scope, depth)
    return replace(origin, arguments=tuple(arguments), scope=scope)


def _of_value(machine: Machine, value: Value, scope: Scope, depth: int) -> WrittenType | None:
    """The type that a name is bound to."""
    match value:
        case Outside(name):
            return WrittenType(name, scope)
        case Class(name=name):
            return WrittenType(name, scope, value)
        case TypeExpression(node, inner):
            return written_type(machine, node, inner, depth + 1)
        case Text() if (text := only_text(value)) is not None:
            return written_type(machine, parsed(text), scope, depth + 1)
        case Constant(None):
            return WrittenType("None", scope)
        case _:
            return None
