"""The value of a call: functions of the project are followed, those of libraries are known by their names."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from assetc.compiler.python.follow.items import elements_of
from assetc.compiler.python.follow.known import choice
from assetc.compiler.python.follow.machine import DEEPEST_CALL, MOST_RECURSION, Call, Machine
from assetc.compiler.python.follow.members import attribute_of
from assetc.compiler.python.follow.values import (
    UNKNOWN,
    AssetDecorator,
    AssetFunction,
    Class,
    Closure,
    Entries,
    Instance,
    Items,
    Outside,
    Scope,
    Unknown,
    Value,
)
from assetc.compiler.python.library.decorators import as_decorator, complete_decorator
from assetc.compiler.python.library.functions import call_library, is_opaque
from assetc.compiler.python.library.keys import as_key
from assetc.compiler.python.library.methods import call_method, call_mutator

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


def evaluate_call(machine: Machine, node: ast.Call, scope: Scope) -> Value:
    """`f(a, b=c)`."""
    receiver, callee, name = _callee(machine, node.func, scope)
    positional = [each for argument in node.args for each in _positional(machine, argument, scope)]
    named, is_open = _named(machine, node.keywords, scope)
    call = Call(node, name, callee, receiver, positional, named, scope, is_open)
    match callee:
        case Closure():
            return call_function(machine, callee, call)
        case Class():
            return _instantiate(machine, callee, call)
        case AssetFunction():
            if machine.observer is not None:
                machine.observer.called_asset(call, callee)
            return UNKNOWN
        case AssetDecorator():
            return _apply(machine, complete_decorator(callee, call), positional, scope)
        case _:
            return _call_outside(machine, call)


def decorate(machine: Machine, node: AnyFunction, closure: Closure, scope: Scope) -> Value:
    """The value of a function after its decorators."""
    decorators = [machine.evaluate(decorator, scope) for decorator in node.decorator_list]
    value: Value = closure
    for written, decorator in zip(reversed(node.decorator_list), reversed(decorators), strict=True):
        result: Value = UNKNOWN
        asset = as_decorator(decorator, None, scope.source)
        if asset is not None:
            result = _apply(machine, asset, [value], scope)
        elif isinstance(decorator, Closure):
            call = ast.copy_location(ast.Call(written, [], []), written)
            result = call_function(machine, decorator, Call(call, "", decorator, None, [value], {}, scope))
        value = result if isinstance(result, AssetFunction) else value
    return value


def member(machine: Machine, value: Value, name: str) -> Value:
    """`value.name`; a property is followed."""
    found = attribute_of(value, name)
    if isinstance(found, Closure) and _is_property(found) and isinstance(value, Instance):
        call = ast.Call(ast.Name(name), [], [])
        return call_function(machine, found, Call(call, name, found, value, [], {}, found.scope))
    return found


def call_function(machine: Machine, closure: Closure, call: Call) -> Value:
    """Follow a function of the project with these arguments."""
    node = closure.node
    if machine.calls.count(node) > MOST_RECURSION or len(machine.calls) >= DEEPEST_CALL:
        if machine.observer is not None:
            machine.observer.passed_on(call)
        return UNKNOWN
    positional, named = [*closure.bound, *call.positional], dict(closure.named) | dict(call.named)
    scope = Scope(closure.scope.source, closure.scope, is_function=True)
    scope.names.update(_bind(machine, closure, positional, named))
    machine.calls.append(node)
    try:
        if isinstance(node, ast.Lambda):
            return machine.evaluate(node.body, scope)
        machine.run(node.body, scope)
    finally:
        machine.calls.pop()
    return choice(scope.returns) if scope.returns else UNKNOWN


def _callee(machine: Machine, node: ast.expr, scope: Scope) -> tuple[Value | None, Value, str]:
    """The object whose method is called, the function, and its name."""
    if isinstance(node, ast.Attribute):
        receiver = machine.evaluate(node.value, scope)
        return receiver, member(machine, receiver, node.attr), node.attr
    callee = machine.evaluate(node, scope)
    if isinstance(callee, Outside):
        return None, callee, callee.name.rpartition(".")[2]
    return None, callee, node.id if isinstance(node, ast.Name) else ""


def _positional(machine: Machine, argument: ast.expr, scope: Scope) -> Sequence[Value]:
    if isinstance(argument, ast.Starred):
        return elements_of(machine.evaluate(argument.value, scope))
    return (machine.evaluate(argument, scope),)


def _named(machine: Machine, keywords: Sequence[ast.keyword], scope: Scope) -> tuple[Mapping[str, Value], bool]:
    named: dict[str, Value] = {}
    is_open = False
    for keyword in keywords:
        value = machine.evaluate(keyword.value, scope)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, Entries):
            named |= value.values
            is_open = is_open or not value.complete
        else:
            is_open = True
    return named, is_open


def _call_outside(machine: Machine, call: Call) -> Value:
    """A function of a library, a method of a known value, or something known only by its name."""
    decorator = as_decorator(call.callee, call, call.scope.source)
    if decorator is not None:
        return _apply(machine, decorator, call.positional, call.scope)
    if machine.observer is not None:
        machine.observer.reached(call)
    changed = call_mutator(machine, call)
    found = changed or as_key(call) or (call.receiver and call_method(machine, call))
    if found is None and machine.observer is not None:
        found = machine.observer.called(call)
    if found is None:
        found = call_library(machine, call, lambda closure, values: _call_back(machine, call, closure, values))
    if found is not None:
        return found
    if machine.observer is not None:
        machine.observer.passed_on(call)
    elif is_opaque(call):
        machine.is_opaque = True
    return _made_outside(call.callee)


def _made_outside(callee: Value) -> Value:
    if isinstance(callee, Outside):
        return Unknown(callee.name.partition(".")[0])
    return callee if isinstance(callee, Unknown) else UNKNOWN


def _call_back(machine: Machine, call: Call, function: Value, values: Sequence[Value]) -> Value:
    """A function that is passed to another (`map`)."""
    if isinstance(function, Closure):
        return call_function(machine, function, Call(call.node, "", function, None, values, {}, call.scope))
    return UNKNOWN


def _apply(machine: Machine, decorator: AssetDecorator, positional: Sequence[Value], scope: Scope) -> Value:
    """Make a definition of the function, if it is known already."""
    function = next((value for value in positional if isinstance(value, (Closure, AssetFunction))), None)
    if isinstance(function, AssetFunction):
        function = function.closure
    if function is None:
        if positional and any(isinstance(value, Unknown) for value in positional) and decorator.call is not None:
            machine.is_opaque = True
        return decorator
    if isinstance(function.node, ast.Lambda):
        return UNKNOWN
    return machine.define(decorator, _with_early_defaults(machine, function), guessed=machine.guesses > 0)


def _with_early_defaults(machine: Machine, function: Closure) -> Closure:
    """`def f(con, table=table)` keeps the current value of `table` in a loop: it is a constant, not a parameter."""
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    early = tuple(
        (parameter.arg, machine.evaluate(default, function.scope))
        for parameter, default in pairs
        if isinstance(default, ast.Name) and default.id == parameter.arg
    )
    return replace(function, named=(*function.named, *early)) if early else function


def _instantiate(machine: Machine, made: Class, call: Call) -> Value:
    instance = Instance(made)
    initialize = attribute_of(instance, "__init__")
    if isinstance(initialize, Closure):
        call_function(machine, initialize, call)
    elif made.is_enum:
        return call.positional[0] if call.positional else UNKNOWN
    else:
        instance.attributes.update(zip(made.fields, call.positional, strict=False))
        instance.attributes.update(call.named)
    return instance


def _bind(
    machine: Machine, closure: Closure, positional: Sequence[Value], named: Mapping[str, Value]
) -> dict[str, Value]:
    """The parameters of a function with their values."""
    arguments = closure.node.args
    parameters = [*arguments.posonlyargs, *arguments.args]
    bound: dict[str, Value] = {parameter.arg: UNKNOWN for parameter in (*parameters, *arguments.kwonlyargs)}
    first_default = len(parameters) - len(arguments.defaults)
    given = {parameter.arg for parameter in parameters[: len(positional)]} | named.keys()
    for parameter, default in (
        *zip(parameters[first_default:], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ):
        if default is not None and parameter.arg not in given:
            bound[parameter.arg] = machine.evaluate(default, closure.scope)
    bound.update(zip((parameter.arg for parameter in parameters), positional, strict=False))
    bound.update({name: value for name, value in named.items() if name in bound})
    if arguments.kwarg is not None:
        bound[arguments.kwarg.arg] = Entries({name: value for name, value in named.items() if name not in bound})
    if arguments.vararg is not None:
        from_here = len(parameters)
        bound[arguments.vararg.arg] = Items(tuple(positional[from_here:]))
    return bound


def _is_property(closure: Closure) -> bool:
    return isinstance(closure.node, AnyFunction) and any(
        isinstance(decorator, ast.Name) and decorator.id in ("property", "cached_property")
        for decorator in closure.node.decorator_list
    )
