"""Binding a value to the left side of `=`."""

from __future__ import annotations

import ast

from assetc.compiler.python.follow.items import items_of
from assetc.compiler.python.follow.known import known_texts
from assetc.compiler.python.follow.machine import Machine
from assetc.compiler.python.follow.values import UNKNOWN, Constant, Entries, Instance, Items, Scope, Value


def assign(machine: Machine, target: ast.expr, value: Value, scope: Scope) -> None:
    """Bind `value` to a name, to the names of a tuple, to an attribute or to an element."""
    match target:
        case ast.Name(id=name):
            scope.bind(name, value)
        case ast.Starred(value=inner):
            assign(machine, inner, value, scope)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            _unpack(machine, targets, value, scope)
        case ast.Attribute(value=owner, attr=name):
            instance = machine.evaluate(owner, scope)
            if isinstance(instance, Instance):
                instance.attributes[name] = value
        case ast.Subscript(value=owner, slice=index):
            _set_element(machine, owner, index, value, scope)
        case _:
            pass


def change(machine: Machine, target: ast.expr, value: Value, scope: Scope) -> None:
    """Replace the object that `target` names by `value`, wherever it is bound: it changed in place."""
    if isinstance(target, ast.Name):
        scope.rebind(target.id, value)
    else:
        assign(machine, target, value, scope)


def _unpack(machine: Machine, targets: list[ast.expr], value: Value, scope: Scope) -> None:
    values = items_of(value)
    stars = [index for index, target in enumerate(targets) if isinstance(target, ast.Starred)]
    if values is not None and len(stars) == 1 and len(values) >= len(targets) - 1:
        first, after = stars[0], len(targets) - stars[0] - 1
        last = len(values) - after
        values = [*values[:first], Items(tuple(values[first:last])), *values[last:]]
    if values is None or len(values) != len(targets):
        values = [UNKNOWN] * len(targets)
    for target, each in zip(targets, values, strict=True):
        assign(machine, target, each, scope)


def _set_element(machine: Machine, owner: ast.expr, index: ast.expr, value: Value, scope: Scope) -> None:
    container, key = machine.evaluate(owner, scope), machine.evaluate(index, scope)
    keys = [str(key.value)] if isinstance(key, Constant) else list(known_texts(key))
    if isinstance(container, Entries):
        changed = container.values | {keys[0]: value} if len(keys) == 1 else container.values
        change(machine, owner, Entries(changed, container.complete and len(keys) == 1), scope)
    elif isinstance(container, Items):
        change(machine, owner, UNKNOWN, scope)
