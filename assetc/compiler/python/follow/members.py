"""The value of `value.name`."""

from __future__ import annotations

import ast
import posixpath
from pathlib import PurePosixPath

from assetc.compiler.python.follow.known import known_text
from assetc.compiler.python.follow.values import (
    UNKNOWN,
    Argument,
    Class,
    Closure,
    Entries,
    FilePath,
    Handle,
    Instance,
    Items,
    Module,
    Outside,
    Scope,
    Text,
    Unknown,
    Value,
)


def attribute_of(value: Value, name: str) -> Value:
    """The attribute of a value; for an object of a library, only its dotted name."""
    return _attribute(value, name) or UNKNOWN


def _attribute(value: Value, name: str) -> Value | None:
    match value:
        case Outside(dotted):
            return Outside(f"{dotted}.{name}")
        case Class() | Instance():
            return _of_object(value, name)
        case Module(Scope(names=names)) | Entries(names):
            return names.get(name)
        case FilePath(path):
            return _of_path(path, name)
        case Argument():
            return Handle() if name in ("this", "relation") else None
        case Text() | Unknown():  # `value` is of a member of an enumeration
            return None if isinstance(value, Text) and name != "value" else value
        case _:
            return None


def _of_object(value: Class | Instance, name: str) -> Value | None:
    if isinstance(value, Class):
        return _of_class(value, name, value)
    return value.attributes.get(name) or _of_class(value.of, name, value)


def _of_class(made: Class, name: str, owner: Value) -> Value | None:
    found = made.scope.names.get(name)
    if found is None:
        inherited = (_of_class(base, name, owner) for base in made.bases if isinstance(base, Class))
        return next((value for value in inherited if value is not None), None)
    return _bound(found, made, owner) if isinstance(found, Closure) else found


def _bound(function: Closure, made: Class, owner: Value) -> Value:
    """A function of a class, bound as an attribute of the class or of an object."""
    decorators = function.node.decorator_list if not isinstance(function.node, ast.Lambda) else []
    names = {decorator.id for decorator in decorators if isinstance(decorator, ast.Name)}
    if "staticmethod" in names or (isinstance(owner, Class) and "classmethod" not in names):
        return function
    return Closure(function.node, function.scope, (made if "classmethod" in names else owner,))


def _of_path(path: str, name: str) -> Value:
    pure = PurePosixPath(path)
    match name:
        case "parent":
            return FilePath(posixpath.dirname(path) or ".")
        case "parents":
            return Items(tuple(FilePath(str(parent)) for parent in pure.parents))
        case "name" | "stem" | "suffix":
            return known_text(getattr(pure, name))
        case _:
            return UNKNOWN
