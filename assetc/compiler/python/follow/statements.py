"""The effect of each kind of Python statement on the names in scope."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import cast

from assetc.compiler.python.follow.assign import assign, change
from assetc.compiler.python.follow.calls import decorate
from assetc.compiler.python.follow.imports import import_from, import_modules
from assetc.compiler.python.follow.items import items_of
from assetc.compiler.python.follow.known import merge, truth
from assetc.compiler.python.follow.machine import Execute, Machine
from assetc.compiler.python.follow.values import UNKNOWN, Class, Closure, Constant, Scope, Value

MOST_TURNS = 200

Names = dict[str, Value]
AnyFor = ast.For | ast.AsyncFor
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


def define_function(machine: Machine, node: AnyFunction, scope: Scope) -> bool:
    """`def`, with its decorators."""
    scope.bind(node.name, decorate(machine, node, Closure(node, scope), scope))
    return False


def define_class(machine: Machine, node: ast.ClassDef, scope: Scope) -> bool:
    """`class`: its body is followed in a scope of its own."""
    inner = Scope(scope.source, scope)
    bases = tuple(machine.evaluate(base, scope) for base in node.bases)
    fields = tuple(dict.fromkeys(name for statement in node.body for name in _field_names(statement)))
    machine.run(node.body, inner)
    scope.bind(node.name, Class(node.name, inner, bases, fields))
    return False


def assignment(machine: Machine, node: ast.Assign, scope: Scope) -> bool:
    """`a = b = value`."""
    value = machine.evaluate(node.value, scope)
    for target in node.targets:
        assign(machine, target, value, scope)
    return False


def annotated(machine: Machine, node: ast.AnnAssign, scope: Scope) -> bool:
    """`a: str = value`."""
    if node.value is not None:
        assign(machine, node.target, machine.evaluate(node.value, scope), scope)
    return False


def augmented(machine: Machine, node: ast.AugAssign, scope: Scope) -> bool:
    """`a += value` is `a = a + value`."""
    target = cast("ast.expr", node.target)
    together = ast.copy_location(ast.BinOp(target, node.op, node.value), node)
    change(machine, target, machine.evaluate(together, scope), scope)
    return False


def loop(machine: Machine, node: AnyFor, scope: Scope) -> bool:
    """`for`: once for each known item, else once with an unknown one."""
    items = items_of(machine.evaluate(node.iter, scope))
    if items is not None and len(items) <= MOST_TURNS:
        for item in items:
            assign(machine, node.target, item, scope)
            machine.run(node.body, scope)
    else:
        before = dict(scope.names)
        assign(machine, node.target, UNKNOWN, scope)
        machine.guesses += 1
        machine.run(node.body, scope)
        machine.guesses -= 1
        scope.names = merge([before, scope.names])
    machine.run(node.orelse, scope)
    return False


def while_loop(machine: Machine, node: ast.While, scope: Scope) -> bool:
    """`while`: its body is executed once, or not."""
    before = dict(scope.names)
    if truth(machine.evaluate(node.test, scope)) is False:
        return machine.run(node.orelse, scope)
    before |= {name: value for name, value in scope.names.items() if name not in before}
    machine.guesses += 1
    machine.run(node.body, scope)
    machine.guesses -= 1
    scope.names = merge([before, scope.names])
    return False


def conditional(machine: Machine, node: ast.If, scope: Scope) -> bool:
    """`if`: the branch that is taken, or both if that is not known."""
    answer = truth(machine.evaluate(node.test, scope))
    if answer is not None:
        return machine.run(node.body if answer else node.orelse, scope)
    return _branches(machine, [node.body, node.orelse], scope)


def matched(machine: Machine, node: ast.Match, scope: Scope) -> bool:
    """`match`: one of its cases, or none."""
    machine.evaluate(node.subject, scope)
    for case in node.cases:
        for pattern in ast.walk(case.pattern):
            captured = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
            if isinstance(captured, str):
                scope.bind(captured, UNKNOWN)
    return _branches(machine, [*(case.body for case in node.cases), []], scope)


def with_block(machine: Machine, node: ast.With | ast.AsyncWith, scope: Scope) -> bool:
    """`with a as b`: `b` is `a`."""
    for item in node.items:
        value = machine.evaluate(item.context_expr, scope)
        if item.optional_vars is not None:
            assign(machine, item.optional_vars, value, scope)
    return machine.run(node.body, scope)


def attempt(machine: Machine, node: ast.Try, scope: Scope) -> bool:
    """`try`: the handlers begin with any of the states of the body."""
    before = dict(scope.names)
    left = machine.run([*node.body, *node.orelse], scope)
    outcomes = [] if left else [scope.names]
    for handler in node.handlers:
        scope.names = merge([before, dict(scope.names)])
        if handler.name:
            scope.bind(handler.name, UNKNOWN)
        if not machine.run(handler.body, scope):
            outcomes.append(dict(scope.names))
    scope.names = merge(outcomes) if outcomes else scope.names
    return machine.run(node.finalbody, scope) or not outcomes


def expression(machine: Machine, node: ast.Expr, scope: Scope) -> bool:
    """A call for its effect. A bare string is a docstring or nothing."""
    if not isinstance(node.value, ast.Constant):
        machine.evaluate(node.value, scope)
    return False


def return_value(machine: Machine, node: ast.Return, scope: Scope) -> bool:
    """`return`."""
    scope.returns.append(Constant(None) if node.value is None else machine.evaluate(node.value, scope))
    return True


def leave(machine: Machine, node: ast.Raise | ast.Break | ast.Continue, scope: Scope) -> bool:
    """`raise`, `break`, `continue`: the rest of this block is not executed."""
    return True


def declare_global(machine: Machine, node: ast.Global, scope: Scope) -> bool:
    """`global`."""
    scope.globals.update(node.names)
    return False


def delete(machine: Machine, node: ast.Delete, scope: Scope) -> bool:
    """`del`."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            scope.names.pop(target.id, None)
    return False


def check(machine: Machine, node: ast.Assert, scope: Scope) -> bool:
    """`assert`."""
    machine.evaluate(node.test, scope)
    return False


def _branches(machine: Machine, bodies: Sequence[list[ast.stmt]], scope: Scope) -> bool:
    before, outcomes = scope.names, list[Names]()
    for body in bodies:
        scope.names = dict(before)
        if not machine.run(body, scope):
            outcomes.append(scope.names)
    scope.names = merge(outcomes) if outcomes else before
    return not outcomes


def _field_names(statement: ast.stmt) -> list[str]:
    targets = (
        [statement.target]
        if isinstance(statement, ast.AnnAssign)
        else statement.targets
        if isinstance(statement, ast.Assign)
        else []
    )
    return [target.id for target in targets if isinstance(target, ast.Name)]


STATEMENTS = cast(
    "Mapping[type[ast.stmt], Execute]",
    {
        ast.FunctionDef: define_function,
        ast.AsyncFunctionDef: define_function,
        ast.ClassDef: define_class,
        ast.Assign: assignment,
        ast.AnnAssign: annotated,
        ast.AugAssign: augmented,
        ast.For: loop,
        ast.AsyncFor: loop,
        ast.While: while_loop,
        ast.If: conditional,
        ast.Match: matched,
        ast.With: with_block,
        ast.AsyncWith: with_block,
        ast.Try: attempt,
        ast.TryStar: attempt,
        ast.Expr: expression,
        ast.Return: return_value,
        ast.Raise: leave,
        ast.Break: leave,
        ast.Continue: leave,
        ast.Import: import_modules,
        ast.ImportFrom: import_from,
        ast.Global: declare_global,
        ast.Delete: delete,
        ast.Assert: check,
    },
)
