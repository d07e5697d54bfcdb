"""The value of an `import`: a module of the project, which is read and followed, or a name from outside."""

from __future__ import annotations

import ast
import sys
from pathlib import PurePosixPath

from msgspec.structs import replace

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.python.follow.known import known_text
from assetc.compiler.python.follow.machine import Machine
from assetc.compiler.python.follow.values import (
    UNKNOWN,
    AssetDecorator,
    AssetFunction,
    Closure,
    Module,
    Outside,
    Scope,
    Value,
)
from assetc.compiler.python.library.keys import own_key
from assetc.compiler.python.parse import parse
from assetc.compiler.python.python_text import PythonText

LIBRARIES = sys.stdlib_module_names | frozenset((
    "assetc", "boto3", "clickhouse_connect", "connectorx", "dagster", "dask", "dbt", "duckdb", "fsspec",
    "geopandas", "google", "httpx", "ibis", "jinja2", "matplotlib", "numpy", "pandas", "pandera", "polars",
    "psycopg", "psycopg2", "pyarrow", "pydantic", "pyspark", "pytz", "requests", "scipy", "sklearn",
    "snowflake", "sqlalchemy", "sqlglot", "tenacity", "torch", "tqdm", "yaml",
))  # fmt: skip


def import_modules(machine: Machine, node: ast.Import, scope: Scope) -> bool:
    """`import a.b`, `import a.b as c`."""
    for alias in node.names:
        if alias.asname:
            scope.bind(alias.asname, find_module(machine, alias.name) or Outside(alias.name))
        else:
            first = alias.name.partition(".")[0]
            scope.bind(first, _package(machine, alias.name, scope))
    return False


def import_from(machine: Machine, node: ast.ImportFrom, scope: Scope) -> bool:
    """`from a import b`, `from .a import *`."""
    base = absolute_name(node, scope.source)
    module = find_module(machine, base)
    for alias in node.names:
        if alias.name == "*":
            scope.names.update(_public(module))
        else:
            scope.bind(alias.asname or alias.name, _imported(machine, module, base, alias.name))
    return False


def find_module(machine: Machine, name: str) -> Module | None:
    """The module of the project with this dotted name, after its last statement."""
    if not name or name.partition(".")[0] in LIBRARIES or name.startswith("."):
        return None
    if name not in machine.modules:
        machine.modules[name] = None
        stem = name.replace(".", "/")
        for path in (f"{stem}.py", f"{stem}/__init__.py"):
            text = machine.read(path)
            if text is not None:
                machine.files[path] = text
                _follow(machine, name, PythonText(path, text))
                break
            machine.missing[path] = None
    return machine.modules[name]


def module_name(path: str) -> str:
    """The dotted name of the module in a file."""
    parts = PurePosixPath(path).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1:] == ("__init__",) else parts)


def module_scope(source: PythonText) -> Scope:
    """The scope of a module before its first statement."""
    return Scope(source, names={"__name__": known_text(module_name(source.path))})


def _follow(machine: Machine, name: str, source: PythonText) -> None:
    tree = parse(source)
    if isinstance(tree, Diagnostic):
        machine.problems.append(tree)
        return
    machine.trees[source.path] = tree
    module = Module(module_scope(source))
    machine.modules[name] = module
    inner = replace(machine, define=_ignore, observer=None, is_opaque=False, guesses=0, calls=[])
    inner.run(tree.body, module.scope)
    machine.nodes = inner.nodes


def _ignore(decorator: AssetDecorator, closure: Closure, *, guessed: bool) -> Value:
    """The assets of another file belong to that file; here they are only functions with a key."""
    return AssetFunction(closure, own_key(decorator, closure))


def _package(machine: Machine, dotted: str, scope: Scope) -> Value:
    """The value of `a` after `import a.b.c`: its modules, if they are the project's."""
    first, *rest = dotted.split(".")
    module = find_module(machine, dotted)
    known = scope.look_up(first)
    package: Value | None = known if isinstance(known, Module) else find_module(machine, first)
    if module is None and package is None:
        return Outside(first)
    top = package if isinstance(package, Module) else Module(Scope(scope.source))
    inner = top
    for depth, part in enumerate(rest, start=2):
        below = find_module(machine, ".".join([first, *rest[: depth - 1]])) or Module(Scope(scope.source))
        existing = inner.scope.names.setdefault(part, below)
        if not isinstance(existing, Module):
            break
        inner = existing
    return top


def absolute_name(node: ast.ImportFrom, source: PythonText) -> str:
    """The dotted name that a relative import means."""
    if not node.level:
        return node.module or ""
    package = PurePosixPath(source.path).parent.parts
    if node.level - 1 > len(package):
        return f".{node.module or ''}"
    parts = [*package[: len(package) - node.level + 1], *([node.module] if node.module else [])]
    return ".".join(parts)


def _imported(machine: Machine, module: Module | None, base: str, name: str) -> Value:
    if module is not None and name in module.scope.names:
        return module.scope.names[name]
    below = find_module(machine, f"{base}.{name}" if base else name)
    if below is not None:
        return below
    return Outside(f"{base}.{name}") if module is None else UNKNOWN


def _public(module: Module | None) -> dict[str, Value]:
    names = module.scope.names if module is not None else {}
    return {name: value for name, value in names.items() if not name.startswith("_")}
