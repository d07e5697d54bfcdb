"""The parameters of an asset's function: their roles, and the assets that their annotations name."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TypeAlias

from assetc.compiler.python.definition.annotation import is_table, parsed, written_type
from assetc.compiler.python.follow.known import only_text
from assetc.compiler.python.follow.machine import Machine
from assetc.compiler.python.follow.values import Key, Outside, Scope, Text, Value
from assetc.compiler.python.python_text import PythonText
from assetc.compiler.python.reading import Parameter, ParameterRole
from assetc.definitions.signature import CONNECTION_NAMES, CONTEXT_NAMES, RESOURCE_SUFFIXES, SERVICE_NAMES

BUILT_IN_VALUES = ("list", "dict", "List", "Dict", "Series", "GeoDataFrame")
"""Values that no connection is, besides tables."""

Written: TypeAlias = tuple[ast.arg, ast.expr | None]


def parameters_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Sequence[Written]:
    """Each parameter with its default."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    defaults: list[ast.expr | None] = [*([None] * missing), *arguments.defaults, *arguments.kw_defaults]
    return list(zip([*positional, *arguments.kwonlyargs], defaults, strict=True))


def read_parameter(machine: Machine, written: Written, scope: Scope) -> Parameter:
    """A parameter, as far as it is known without knowing the assets."""
    argument, default = written
    text, role = annotation_text(argument.annotation, scope.source), _role(machine, argument, scope)
    return Parameter(argument.arg, text, default is not None, role, scope.source.span(argument))


def annotation_text(annotation: ast.expr | None, source: PythonText) -> str:
    """An annotation as written, without the quotes of a forward reference."""
    if annotation is None:
        return ""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return source.segment(annotation)


def annotated_key(machine: Machine, annotation: ast.expr | None, scope: Scope) -> str | None:
    """The asset that `Ref["a"]` or `Annotated[T, From("a")]` names."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = parsed(annotation.value)
    if not isinstance(annotation, ast.Subscript):
        return None
    origin = machine.evaluate(annotation.value, scope)
    maker = origin.name.rpartition(".")[2] if isinstance(origin, Outside) else ""
    if maker == "Annotated" and isinstance(annotation.slice, ast.Tuple):
        values = [machine.evaluate(each, scope) for each in annotation.slice.elts[1:] if isinstance(each, ast.Call)]
        return next((value.key for value in values if isinstance(value, Key) and value.key), None)
    if maker in ("Ref", "From", "Asset", "Upstream"):
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
    if isinstance(default, ast.Call) and ast.unparse(default.func).rpartition(".")[2] in ("ref", "Input"):
        return only_text(machine.evaluate(default.args[0], scope)) if default.args else None
    return None


def is_relation(machine: Machine, annotation: ast.expr | None, scope: Scope) -> bool:
    """Whether a parameter receives the name of a relation, not its rows."""
    found = written_type(machine, annotation, scope)
    return found is not None and found.own is None and found.last == "Relation"


def _role(machine: Machine, argument: ast.arg, scope: Scope) -> ParameterRole:
    found = written_type(machine, argument.annotation, scope)
    type_name = found.last if found else ""
    if argument.arg in CONTEXT_NAMES or type_name.endswith("Context"):
        return "context"
    if argument.arg == "config":
        return "config"
    if found and found.own is None and type_name in (*BUILT_IN_VALUES, "Ref"):
        return "upstream"
    if found and is_table(machine, found):
        return "upstream"
    if argument.arg in CONNECTION_NAMES:
        return "connection"
    if argument.arg in SERVICE_NAMES or type_name.endswith(RESOURCE_SUFFIXES) or type_name == "ResourceParam":
        return "resource"
    return "upstream"
