"""The floors of the house: who may import whom, and the few doors that may import late or upwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).resolve().parent.parent / "assetc"

FLOORS = {
    "definitions": 0,
    "compiler": 1,
    "adapters": 2,
    "project": 3,
    "runtime": 4,
    "automation": 5,
    "catalog": 5,
    "server": 6,
    "cli": 7,
}

DOORS = {
    "assetc/__init__.py": "the public names, loaded when they are first used",
    "assetc/definitions/definitions.py": "checking and loading definitions is the runtime's work",
    "assetc/definitions/materialize.py": "and so is executing them: a model file costs nothing to import",
    "assetc/compiler/graph.py": "networkx is needed only when there is a cycle",
    "assetc/runtime/run_project.py": "what renders and executes is needed only when a step is executed",
    "assetc/runtime/workspace.py": "the passes are needed only when something has changed",
    "assetc/runtime/steps/project_work.py": "what executes Python assets is needed only where a plan has any",
    "assetc/runtime/compiled_sql.py": "the parser is needed only for SQL that came to be while the command runs",
    "assetc/compiler/sql/split.py": "the parser is needed only for a text of several statements",
    "assetc/compiler/reading/read_files.py": "Jinja and the reader of Python files are needed only for changed ones",
    "assetc/compiler/template/render.py": "Jinja is needed only for macros, and a template that is more than names",
    "assetc/project/templates.py": "and in a configuration value for what is more than a call",
    "assetc/project/documents/readers.py": "the readers of YAML and TOML are needed only for a file that changed",
    "assetc/adapters/postgres/adapter.py": "what renders operations, and the driver, are needed only to execute",
    "assetc/adapters/duckdb/adapter.py": "what renders operations, and the driver, are needed only to execute",
    "assetc/adapters/duckdb/judge.py": "the driver is needed only for a text that our own parser cannot read",
}
"""Files that may import our own modules late or upwards, and why. Every file below `assetc/cli` may import late."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT.parent).as_posix(), ast.parse(path.read_text())


def own_imports(path: str, tree: ast.Module) -> Iterator[tuple[str, int, bool]]:
    """(imported module, line, at the head?) for each import of our own."""
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    head = {id(node) for node in tree.body}
    package = path.removesuffix(".py").replace("/", ".").split(".")[:-1]
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "assetc":
                    yield alias.name, node.lineno, id(node) in head
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            if module.split(".")[0] == "assetc":
                yield module, node.lineno, id(node) in head


def floor_of(module: str) -> int | None:
    parts = module.split(".")
    return FLOORS.get(parts[1]) if len(parts) > 1 else None


@pytest.mark.parametrize(("path", "tree"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_package_imports_only_from_lower_floors_and_at_the_head(path: str, tree: ast.Module) -> None:
    own = floor_of(path.removesuffix(".py").replace("/", "."))
    may_import_late = path in DOORS or path.startswith("assetc/cli/")
    faults = []
    for module, line, at_head in own_imports(path, tree):
        floor = floor_of(module)
        if own is not None and floor is not None and floor > own and path not in DOORS:
            faults.append(f"{path}:{line} imports {module} from a higher floor")
        if own is not None and floor == own and module.split(".")[1] != path.split("/")[1]:
            faults.append(f"{path}:{line} imports {module} from its own floor")
        if not at_head and not may_import_late:
            faults.append(f"{path}:{line} imports {module} late")
    assert faults == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports for types alone are counted: they tie two files together just as well."""
    trees = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): tree for path, tree in modules()}
    graph = nx.DiGraph()
    for own, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                inner = [f"{node.module}.{alias.name}" for alias in node.names]
                graph.add_edges_from((own, name) for name in (node.module, *inner) if name in trees and name != own)
    assert [circle for circle in nx.strongly_connected_components(graph) if len(circle) > 1] == []


def test_every_door_is_still_used() -> None:
    late = {path for path, tree in modules() if any(not at_head for _, _, at_head in own_imports(path, tree))}
    assert {path for path in DOORS if path not in late} <= {"assetc/__init__.py"}
