"""The parameters of an asset's function: their roles, and the assets that their annotations name."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TypeAlias

from assetc.compiler.python.follow.known import only_text
from assetc.compiler.python.follow.machine import Machine
from assetc.compiler.python.follow.values import Key, Scope, Text, Value
from assetc.compiler.python.python_text import PythonText
from assetc.compiler.python.reading import Parameter, ParameterRole
from assetc.definitions.signature import CONNECTION_NAMES, CONTEXT_NAMES, RESOURCE_SUFFIXES, SERVICE_NAMES

TABLE_TYPES = frozenset(
    ["DataFrame", "LazyFrame", "Series", "Table", "Relation", "DuckDBPyRelation", "list", "dict", "GeoDataFrame"]
)

Written: TypeAlias = tuple[ast.arg, ast.expr | None]


def parameters_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Sequence[Written]:
    """Each parameter with its default."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    defaults: list[ast.expr | None] = [*([None] * missing), *arguments.defaults, *arguments.kw_defaults]
    return list(zip([*positional, *arguments.kwonlyargs], defaults, strict=True))


def read_parameter(written: Written, source: PythonText) -> Parameter:
    """A parameter, as far as it is known without knowing the assets."""
    argument, default = written
    text = annotation_text(argument.annotation, source)
    return Parameter(argument.arg, text, default is not None, _role(argument), source.span(argument))


def annotation_text(annotation: ast.expr | None, source: PythonText) -> str:
    """An annotation as written, without the quotes of a forward reference."""
    if annotation is None:
        return ""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return source.segment(annotation)


def annotated_key(machine: Machine, annotation: ast.expr | None, scope: Scope) -> str | None:
    """The asset that `Ref["a"]` or `Annotated[T, From("a")]` names."""
    annotation = _unquoted(annotation)
    if not isinstance(annotation, ast.Subscript):
        return None
    if _type_name(annotation.value) == "Annotated" and isinstance(annotation.slice, ast.Tuple):
        values = [machine.evaluate(each, scope) for each in annotation.slice.elts[1:] if isinstance(each, ast.Call)]
        return next((value.key for value in values if isinstance(value, Key) and value.key), None)
    if _type_name(annotation.value) in ("Ref", "From", "Asset", "Upstream"):
        name: Value = machine.evaluate(annotation.slice, scope)
        return only_text(name) if isinstance(name, Text) else None
    return None


def default_key(machine: Machine, default: ast.expr | None, scope: Scope) -> str | None:
    """The asset that `orders=From("raw.orders")` or `orders=ref("raw.orders")` names."""
    if not isinstance(default, (ast.Call, ast.Name)):
        return None
    value = machine.evaluate(default, scope)
    if isinstance(value, Key):
        return "/".join((*value.prefix, value.key)) if value.key else None
    if isinstance(default, ast.Call) and _type_name(default.func) in ("ref", "Input") and default.args:
        return only_text(machine.evaluate(default.args[0], scope))
    return None


def is_relation(annotation: ast.expr | None) -> bool:
    """Whether a parameter receives the name of a relation, not its rows."""
    return _type_name(_unquoted(annotation)) == "Relation"


def _role(argument: ast.arg) -> ParameterRole:
    annotation = _unquoted(argument.annotation)
    type_name = _type_name(annotation)
    if argument.arg in CONTEXT_NAMES or type_name.endswith("Context"):
        return "context"
    if argument.arg == "config":
        return "config"
    if type_name in TABLE_TYPES or type_name == "Ref":
        return "upstream"
    if argument.arg in CONNECTION_NAMES:
        return "connection"
    if argument.arg in SERVICE_NAMES or type_name.endswith(RESOURCE_SUFFIXES) or type_name == "ResourceParam":
        return "resource"
    return "upstream"


def _type_name(annotation: ast.expr | None) -> str:
    """The last part of the name of a type; for `Optional[T]` and `T | None` that of `T`."""
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.BinOp(left=left, right=right):
            return _type_name(right) if isinstance(left, ast.Constant) else _type_name(left)
        case ast.Subscript(value=value, slice=inner):
            name = _type_name(value)
            if name == "Optional":
                return _type_name(inner)
            return name
        case _:
            return ""


def _unquoted(annotation: ast.expr | None) -> ast.expr | None:
    """The expression of an annotation that is written as a string."""
    if not (isinstance(annotation, ast.Constant) and isinstance(annotation.value, str)):
        return annotation
    try:
        return ast.parse(annotation.value, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return annotation
