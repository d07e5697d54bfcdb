"""A hash of the code that a function depends on: its own source, and that of the names that it uses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

from assetc.compiler.python.follow.imports import absolute_name
from assetc.compiler.python.follow.known import spell
from assetc.compiler.python.follow.machine import Machine
from assetc.compiler.python.follow.values import Closure, Constant, Module, Scope, Text
from assetc.compiler.python.python_text import PythonText

_WORD = re.compile(r"[^\W\d]\w*")

Reached = dict[tuple[str, str], None]


def source_hash(machine: Machine, closure: Closure, files: Mapping[str, str]) -> str:
    """A hash that changes when a function, a name of the project that it uses, or a file that it reads does."""
    source, node = closure.scope.source, closure.node
    parts = [_segment(source, node)]
    reached: Reached = {}
    waiting = [(source, name) for name in _names(parts[0])]
    while waiting:
        where, name = waiting.pop()
        if (where.path, name) in reached:
            continue
        reached[where.path, name] = None
        for statement in _bindings(machine, where).get(name, ()):
            text = _segment(where, statement)
            parts.append(text)
            waiting += [(where, each) for each in _names(text)]
            waiting += _imported(machine, statement, where)
    parts += sorted(_closed_over(closure.scope))
    parts += [part for path in sorted(files) for part in (path, files[path])]
    return blake2b("\0".join(parts).encode(errors="replace"), digest_size=16).hexdigest()


def _segment(source: PythonText, node: ast.expr | ast.stmt) -> str:
    decorators = getattr(node, "decorator_list", ())
    start = min([source.offsets(each)[0] for each in (node, *decorators)])
    return source.text[start : source.offsets(node)[1]]


def _names(text: str) -> Iterable[str]:
    """Every word of a text: more than its names, but only words that the module binds matter."""
    return dict.fromkeys(_WORD.findall(text))


def _bindings(machine: Machine, source: PythonText) -> dict[str, list[ast.stmt]]:
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
            return dict.fromkeys(name for each in ast.walk(statement) for name in _stored(each))


def _stored(node: ast.AST) -> Iterable[str]:
    """The name that a part of a statement binds (`if`, `try` and loops hold definitions and imports too)."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return (node.id,)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return (node.name,)
    if isinstance(node, ast.alias):
        return ((node.asname or node.name).partition(".")[0],)
    return ()


def _imported(machine: Machine, statement: ast.stmt, source: PythonText) -> Iterator[tuple[PythonText, str]]:
    """The names that an import of the project's own code brings: one name of a module, or all of them."""
    if not isinstance(statement, (ast.ImportFrom, ast.Import, ast.Try, ast.If, ast.With)):
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.ImportFrom):
            base = absolute_name(node, source)
            for alias in node.names:
                yield from _of_module(machine, base, alias.name)
                yield from _of_module(machine, f"{base}.{alias.name}", "*")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from _of_module(machine, alias.name, "*")


def _of_module(machine: Machine, dotted: str, name: str) -> Iterator[tuple[PythonText, str]]:
    module = machine.modules.get(dotted)
    if isinstance(module, Module):
        source = module.scope.source
        names = _bindings(machine, source) if name == "*" else (name,)
        yield from ((source, each) for each in names)


def _closed_over(scope: Scope) -> Iterator[str]:
    """The strings and numbers that the function gets from a factory."""
    while scope.parent is not None:
        for name, value in scope.names.items():
            if isinstance(value, Text):
                yield f"{name}={[spell(line) for line in value.lines]}"
            elif isinstance(value, Constant):
                yield f"{name}={value.value!r}"
        scope = scope.parent
