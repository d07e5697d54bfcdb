"""What the result of a function depends on in the project's text: its own source, and all that its names lead to."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

from assetc.compiler.python.imports import absolute_name
from assetc.compiler.python.machine import Machine
from assetc.compiler.python.scope import Scope
from assetc.compiler.python.source import Source
from assetc.compiler.python.values import Closure, Constant, Module, Text, spell

Reached = dict[tuple[str, str], None]


def footprint(machine: Machine, closure: Closure, files: Mapping[str, str]) -> str:
    """A hash that changes when a function, a name of the project that it uses, or a file that it reads does."""
    source, node = closure.scope.source, closure.node
    parts = [_segment(source, node)]
    reached: Reached = {}
    waiting = [(source, name) for name in _names(node)]
    while waiting:
        where, name = waiting.pop()
        if (where.path, name) in reached:
            continue
        reached[where.path, name] = None
        for statement in _bindings(machine, where).get(name, ()):
            parts.append(_segment(where, statement))
            waiting += [(where, each) for each in _names(statement)]
            waiting += _imported(machine, statement, where)
    parts += sorted(_closed_over(closure.scope))
    parts += [part for path in sorted(files) for part in (path, files[path])]
    return blake2b("\0".join(parts).encode(errors="replace"), digest_size=16).hexdigest()


def _segment(source: Source, node: ast.expr | ast.stmt) -> str:
    decorators = getattr(node, "decorator_list", ())
    start = min([source.offsets(each)[0] for each in (node, *decorators)])
    return source.text[start : source.offsets(node)[1]]


def _names(node: ast.AST) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]


def _bindings(machine: Machine, source: Source) -> dict[str, list[ast.stmt]]:
    """The statements of a module that bind each of its names."""
    known = machine.bindings.get(source.path)
    if known is None:
        known = machine.bindings[source.path] = {}
        tree = machine.trees.get(source.path)
        for statement in tree.body if tree is not None else ():
            for name in _bound(statement):
                known.setdefault(name, []).append(statement)
    return known


def _bound(statement: ast.stmt) -> Iterable[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [(alias.asname or alias.name).partition(".")[0] for alias in aliases]
        case ast.Expr():
            return ()
        case _:
            stored = (each for each in ast.walk(statement) if isinstance(each, ast.Name))
            return dict.fromkeys(each.id for each in stored if isinstance(each.ctx, ast.Store))


def _imported(machine: Machine, statement: ast.stmt, source: Source) -> Iterator[tuple[Source, str]]:
    """What an import of the project's own code leads to: one name of a module, or all of them."""
    if isinstance(statement, ast.ImportFrom):
        base = absolute_name(statement, source)
        for alias in statement.names:
            yield from _of_module(machine, base, alias.name)
            yield from _of_module(machine, f"{base}.{alias.name}", "*")
    elif isinstance(statement, ast.Import):
        for alias in statement.names:
            yield from _of_module(machine, alias.name, "*")


def _of_module(machine: Machine, dotted: str, name: str) -> Iterator[tuple[Source, str]]:
    module = machine.modules.get(dotted)
    if isinstance(module, Module):
        source = module.scope.source
        names = _bindings(machine, source) if name == "*" else (name,)
        yield from ((source, each) for each in names)


def _closed_over(scope: Scope) -> Iterator[str]:
    """The strings and numbers that a factory gave to the function."""
    while scope.parent is not None:
        for name, value in scope.names.items():
            if isinstance(value, Text):
                yield f"{name}={[spell(line) for line in value.lines]}"
            elif isinstance(value, Constant):
                yield f"{name}={value.value!r}"
        scope = scope.parent
