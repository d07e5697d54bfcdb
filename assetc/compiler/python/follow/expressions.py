"""The value of each kind of Python expression, as far as it is known without running it."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Mapping
from typing import cast

from assetc.compiler.python.follow.assign import assign
from assetc.compiler.python.follow.calls import evaluate_call, member
from assetc.compiler.python.follow.items import elements_of, items_of
from assetc.compiler.python.follow.known import choice, has_default, known_texts, only_text, over, truth
from assetc.compiler.python.follow.machine import Evaluate, Machine
from assetc.compiler.python.follow.values import (
    UNKNOWN,
    Choice,
    Class,
    Closure,
    Constant,
    Entries,
    FilePath,
    Items,
    Key,
    Outside,
    Piece,
    Scope,
    Text,
    TypeExpression,
    Value,
)
from assetc.compiler.python.library import strings
from assetc.compiler.python.python_text import HOLE_MARK, PythonLiteral


def constant(machine: Machine, node: ast.Constant, scope: Scope) -> Value:
    """A literal."""
    if isinstance(node.value, str):
        return Text(((Piece(node.value, PythonLiteral(scope.source, node, node.value)),),))
    return Constant(node.value)


def name(machine: Machine, node: ast.Name, scope: Scope) -> Value:
    """A variable, or a name from the builtins or a star import."""
    value = scope.look_up(node.id)
    if value is not None:
        return value
    return FilePath(scope.source.path) if node.id == "__file__" else Outside(node.id)


def formatted(machine: Machine, node: ast.JoinedStr, scope: Scope) -> Value:
    """An f-string: its literal parts keep their places, its fields have the values of their expressions."""
    whole = "".join(
        part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else HOLE_MARK
        for part in node.values
    )
    literal, offset = PythonLiteral(scope.source, node, whole), 0
    parts: list[Value] = []
    for part in node.values:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            parts.append(Text(((Piece(part.value, literal, offset),),)))
            offset += len(part.value)
        elif isinstance(part, ast.FormattedValue):
            parts.append(_field(machine, part, scope))
            offset += 1
    return strings.concatenate(parts)


def operation(machine: Machine, node: ast.BinOp, scope: Scope) -> Value:
    """`+`, `%`, `/` and `*` of strings, lists and paths."""
    left, right = machine.evaluate(node.left, scope), machine.evaluate(node.right, scope)
    match node.op:
        case ast.Add():
            return _add(left, right)
        case ast.Mod() if isinstance(left, Text):
            return strings.percent(left, right)
        case ast.Div() if isinstance(left, FilePath):
            tail = only_text(right)
            return UNKNOWN if tail is None else FilePath(posixpath.join(left.path, tail))
        case ast.BitOr() if isinstance(left, Entries) and isinstance(right, Entries):
            return Entries(left.values | right.values, left.complete and right.complete)
        case ast.BitOr() if _are_types(left, right):
            return TypeExpression(node, scope)
        case ast.Mult() if isinstance(left, Items) and isinstance(right, Constant):
            return Items(left.values)
    return UNKNOWN


def _are_types(*values: Value) -> bool:
    return all(value == Constant(None) or isinstance(value, (Outside, Class, TypeExpression)) for value in values)


GENERIC = frozenset({"list", "List", "Optional", "Union", "Annotated", "Output", "Iterator", "Iterable", "Generator"})
"""The names of what takes types in brackets, as far as they say whether a value is a table."""


def _is_generic(value: Value) -> bool:
    return isinstance(value, Outside) and value.name.rpartition(".")[2] in GENERIC


def conditional(machine: Machine, node: ast.IfExp, scope: Scope) -> Value:
    """`a if test else b`: one of them, or both."""
    answer = truth(machine.evaluate(node.test, scope))
    branches = [branch for branch, taken in ((node.body, True), (node.orelse, False)) if answer in (None, taken)]
    return choice([machine.evaluate(branch, scope) for branch in branches])


def either(machine: Machine, node: ast.BoolOp, scope: Scope) -> Value:
    """`a or b`, `a and b`: the first that decides, or all that may."""
    decides, possible = isinstance(node.op, ast.Or), []
    for operand in node.values:
        value = machine.evaluate(operand, scope)
        answer = truth(value)
        if answer is decides:
            possible.append(value)
            break
        if answer is None or operand is node.values[-1]:
            possible.append(value)
    return choice(possible)


def unary(machine: Machine, node: ast.UnaryOp, scope: Scope) -> Value:
    """`not a`, `-1`."""
    value = machine.evaluate(node.operand, scope)
    if isinstance(node.op, ast.Not):
        answer = truth(value)
        return UNKNOWN if answer is None else Constant(not answer)
    if isinstance(node.op, ast.USub) and isinstance(value, Constant) and isinstance(value.value, (int, float)):
        return Constant(-value.value)
    return UNKNOWN


def comparison(machine: Machine, node: ast.Compare, scope: Scope) -> Value:
    """`a == b`, `a in b`, `a is None` of known values; other comparisons are unknown."""
    left = machine.evaluate(node.left, scope)
    rights = [machine.evaluate(right, scope) for right in node.comparators]
    if len(rights) != 1:
        return UNKNOWN
    compare = _COMPARISONS.get(type(node.ops[0]))
    known, other = _comparable(left), _comparable(rights[0])
    if compare is None or known is None or other is None:
        return UNKNOWN
    try:
        return Constant(bool(compare(known[0], other[0])))
    except TypeError:
        return UNKNOWN


def sequence(machine: Machine, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Value:
    """`[a, *b]`."""
    values: list[Value] = []
    for element in node.elts:
        if isinstance(element, ast.Starred):
            values += elements_of(machine.evaluate(element.value, scope))
        else:
            values.append(machine.evaluate(element, scope))
    return Items(tuple(values))


def dictionary(machine: Machine, node: ast.Dict, scope: Scope) -> Value:
    """`{a: b, **c}`: the entries with a constant key."""
    values: dict[str, Value] = {}
    complete = True
    for key, value in zip(node.keys, node.values, strict=True):
        evaluated = machine.evaluate(value, scope)
        if key is None:
            values |= evaluated.values if isinstance(evaluated, Entries) else {}
            complete = complete and isinstance(evaluated, Entries) and evaluated.complete
            continue
        named = _key(machine.evaluate(key, scope))
        complete = complete and named is not None
        if named is not None:
            values[named] = evaluated
    return Entries(values, complete)


def subscript(machine: Machine, node: ast.Subscript, scope: Scope) -> Value:
    """`a["b"]`, `a[0]`."""
    index = machine.evaluate(node.slice, scope)
    if _is_generic(machine.evaluate(node.value, scope)):
        return TypeExpression(node, scope)
    return over(machine.evaluate(node.value, scope), lambda value: _at(value, index))


def attribute(machine: Machine, node: ast.Attribute, scope: Scope) -> Value:
    """`a.b`."""
    return over(machine.evaluate(node.value, scope), lambda value: member(machine, value, node.attr))


def comprehension(machine: Machine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Value:
    """A comprehension over known items, unrolled."""
    found: list[Value] = []
    known = _unroll(
        machine, node.generators, scope.inner(), lambda inner: found.append(machine.evaluate(node.elt, inner))
    )
    return Items(tuple(found)) if known else UNKNOWN


def mapping(machine: Machine, node: ast.DictComp, scope: Scope) -> Value:
    """A comprehension of a dict."""
    found: dict[str, Value] = {}
    keys: list[str | None] = []

    def add(inner: Scope) -> None:
        key = _key(machine.evaluate(node.key, inner))
        value = machine.evaluate(node.value, inner)
        keys.append(key)
        if key is not None:
            found[key] = value

    known = _unroll(machine, node.generators, scope.inner(), add)
    return Entries(found, complete=known and None not in keys)


def named(machine: Machine, node: ast.NamedExpr, scope: Scope) -> Value:
    """`(a := b)`."""
    value = machine.evaluate(node.value, scope)
    assign(machine, node.target, value, scope)
    return value


def function(machine: Machine, node: ast.Lambda, scope: Scope) -> Value:
    """A lambda."""
    return Closure(node, scope)


def awaited(machine: Machine, node: ast.Await | ast.Starred | ast.YieldFrom, scope: Scope) -> Value:
    """`await a` is `a`."""
    return machine.evaluate(node.value, scope)


def yielded(machine: Machine, node: ast.Yield, scope: Scope) -> Value:
    """`yield a`: the value is not known."""
    machine.evaluate(node.value, scope)
    return UNKNOWN


def _field(machine: Machine, node: ast.FormattedValue, scope: Scope) -> Value:
    value = machine.evaluate(node.value, scope)
    spec = None if node.format_spec is None else only_text(machine.evaluate(node.format_spec, scope))
    if isinstance(value, Constant) and spec is not None:
        return strings.formatted_constant(value, spec)
    if node.format_spec is not None and not isinstance(value, Text):
        return UNKNOWN
    return UNKNOWN if node.conversion == ord("r") else value


def _add(left: Value, right: Value) -> Value:
    if isinstance(left, Items) or isinstance(right, Items):
        return Items((*elements_of(left), *elements_of(right)))
    if isinstance(left, Text) or isinstance(right, Text):
        return strings.concatenate((left, right))
    if isinstance(left, Choice):
        return choice([_add(each, right) for each in left.values])
    if isinstance(right, Choice):
        return choice([_add(left, each) for each in right.values])
    return UNKNOWN


def _comparable(value: Value) -> tuple[object] | None:
    """The plain value of a constant, boxed."""
    match value:
        case Constant(known):
            return (known,)
        case Text():
            whole = only_text(value)
            return None if whole is None else (whole,)
        case Items(values):
            inner = [_comparable(each) for each in values]
            return None if None in inner else ([each[0] for each in inner if each],)
        case Entries(values, True):
            return (list(values),)
        case _:
            return None


_COMPARISONS: Mapping[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
    ast.Is: lambda left, right: left is right or left == right,
    ast.IsNot: lambda left, right: left is not right and left != right,
    ast.In: lambda left, right: left in cast("list[object]", right),
    ast.NotIn: lambda left, right: left not in cast("list[object]", right),
}


def _key(value: Value) -> str | None:
    whole = only_text(value)
    return str(value.value) if isinstance(value, Constant) else whole


def _at(value: Value, index: Value) -> Value:
    match value:
        case Entries(values, complete):
            keys = [str(index.value)] if isinstance(index, Constant) else list(known_texts(index))
            if keys and not has_default(index):
                return choice([values.get(key, UNKNOWN) for key in keys])
            return choice(values.values()) if complete and values else UNKNOWN
        case Items(values) if isinstance(index, Constant) and isinstance(index.value, int):
            return values[index.value] if -len(values) <= index.value < len(values) else UNKNOWN
        case Items(values) if values and isinstance(index, Choice):
            return choice(values)
        case Outside(known) if known.rpartition(".")[2] in ("Ref", "From", "Asset", "Upstream"):
            return Key(only_text(index))
        case _:
            return UNKNOWN


def _unroll(
    machine: Machine, generators: list[ast.comprehension], scope: Scope, element: Callable[[Scope], None]
) -> bool:
    """Call `element` in a scope for each turn of the loops; False if they are not known."""
    first, rest = generators[0], generators[1:]
    items = items_of(machine.evaluate(first.iter, scope))
    known = items is not None
    machine.guesses += not known
    for item in [UNKNOWN] if items is None else items:
        inner = scope.inner()
        assign(machine, first.target, item, inner)
        answers = [truth(machine.evaluate(test, inner)) for test in first.ifs]
        if False in answers:
            continue
        known = known and None not in answers
        if rest:
            known = _unroll(machine, rest, inner, element) and known
        else:
            element(inner)
    machine.guesses -= items is None
    return known


EXPRESSIONS = cast(
    "Mapping[type[ast.expr], Evaluate]",
    {
        ast.Constant: constant,
        ast.Name: name,
        ast.JoinedStr: formatted,
        ast.BinOp: operation,
        ast.IfExp: conditional,
        ast.BoolOp: either,
        ast.UnaryOp: unary,
        ast.Compare: comparison,
        ast.List: sequence,
        ast.Tuple: sequence,
        ast.Set: sequence,
        ast.Dict: dictionary,
        ast.Subscript: subscript,
        ast.Attribute: attribute,
        ast.ListComp: comprehension,
        ast.SetComp: comprehension,
        ast.GeneratorExp: comprehension,
        ast.DictComp: mapping,
        ast.NamedExpr: named,
        ast.Lambda: function,
        ast.Await: awaited,
        ast.Starred: awaited,
        ast.Yield: yielded,
        ast.YieldFrom: awaited,
        ast.Call: evaluate_call,
    },
)
