"""What a file imports in vain: names that assetc does not have, and decorators of Dagster itself."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

import assetc
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.python.python_text import PythonText

DECORATORS = frozenset({"asset", "multi_asset", "graph_asset", "asset_check"})
PUBLIC = frozenset(assetc.__all__)
INSTEAD = {
    "RetryPolicy": "Set retries=2 on the asset",
    "Config": "Read values of the project's `vars`, or an environment variable",
    "ConfigurableResource": "Name values under resources: in the project file",
}


def missing_names(tree: ast.Module, source: PythonText) -> Iterator[Diagnostic]:
    """E117 for each name that the file takes from assetc and that is not there: it would fail as soon as it runs."""
    modules: set[str] = set()
    for node in tree.body:  # inside of a `try` somebody is prepared
        if isinstance(node, ast.Import):
            modules.update(each.asname or each.name for each in node.names if each.name == "assetc")
        elif isinstance(node, ast.ImportFrom) and node.module == "assetc" and not node.level:
            missing = (each for each in node.names if each.name not in PUBLIC and each.name != "*")
            yield from (_missing(each.name, each, source) for each in missing)
    if modules and "hasattr" not in source.text:
        yield from (_missing(each.attr, each, source) for each in _attributes_of(tree, modules))


def _attributes_of(tree: ast.Module, modules: Collection[str]) -> Iterator[ast.Attribute]:
    """Each attribute that is taken from assetc, under one of these names, and is not there."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in modules:
                if attribute not in PUBLIC and not attribute.startswith("__"):
                    yield node


def _missing(name: str, node: ast.alias | ast.expr, source: PythonText) -> Diagnostic:
    hint = (
        INSTEAD.get(name)
        or did_you_mean(name, PUBLIC, count=1)
        or "This part of Dagster is not built yet: leave it out"
    )
    return diagnostic("E117", f"assetc has no {name}", source.span(node), hint=hint)


def assets_of_dagster(tree: ast.Module, source: PythonText) -> Iterator[Diagnostic]:
    """W253 where a file makes assets with Dagster's decorators."""
    first = next((node for node in tree.body if _imports_dagster(node)), None)
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    if first is not None and any(_is_asset(node.decorator_list) for node in functions):
        instead = ast.unparse(first).replace("dagster", "assetc", 1)
        message = "the assets of this file are Dagster's, which assetc leaves alone"
        yield diagnostic("W253", message, source.span(first), hint=f"To make them yours: {instead}")


def _imports_dagster(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import):
        return any(each.name == "dagster" for each in node.names)
    return isinstance(node, ast.ImportFrom) and node.module == "dagster"


def _is_asset(decorators: Iterable[ast.expr]) -> bool:
    for each in decorators:
        called = each.func if isinstance(each, ast.Call) else each
        if ast.unparse(called).rpartition(".")[2] in DECORATORS:
            return True
    return False
