"""What ARCHITECTURE.md says: one line for each dependency, and the invariants that no other test guards."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator

import pytest
from doc_page import ROOT

ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

HOMES = {
    "click": ("cli/",),
    "duckdb": ("adapters/",),
    "jinja2": ("compiler/template/",),
    "networkx": ("compiler/resolution/cycles.py",),
    "rich": ("cli/progress/terminal.py",),
    "sqlglot": ("compiler/sql/", "compiler/columns/"),
    "sqlite3": ("project/memory/cache.py", "runtime/lock.py", "runtime/state/"),
    "yaml": ("compiler/template/members/values.py", "project/documents/yaml_positions.py"),
}
"""The only places that import a library."""

NOT_IN_THE_COMPILER = frozenset({"io", "os", "random", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "time"})


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "assetc").rglob("*.py")):
        yield path.relative_to(ROOT / "assetc").as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def section(heading: str) -> str:
    return ARCHITECTURE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [*project["optional-dependencies"]["polars"], *project["optional-dependencies"]["pandas"]]
    wanted = {re.split(r"[\[<>=]", each)[0] for each in (*project["dependencies"], *extras)}
    told = section("Dependencies").casefold()
    assert {name for name in wanted if name not in told} == set()


def test_the_tests_that_guard_invariants_exist() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", section("Invariants"))
    assert len(named) > 8
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_in_its_places_alone(library: str) -> None:
    users = [path for path, tree in modules() if library in {name.partition(".")[0] for name in imported(tree)}]
    assert users
    assert [path for path in users if not path.startswith(HOMES[library])] == []


def test_the_compiler_reaches_for_nothing_outside() -> None:
    """No file, no clock, no environment, no output: what it needs it is given."""
    faults = []
    for path, tree in modules():
        if not path.startswith("compiler/"):
            continue
        faults += [f"{path} imports {name}" for name in imported(tree) if name.partition(".")[0] in NOT_IN_THE_COMPILER]
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = [call.id for call in calls if isinstance(call, ast.Name)]
        faults += [f"{path} calls {name}()" for name in names if name in ("open", "print", "input")]
        names = [ast.unparse(call) for call in calls if isinstance(call, ast.Attribute)]
        faults += [f"{path} calls {name}()" for name in names if name.startswith("datetime") and "now" in name]
        faults += [f"{path} uses Path" for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "Path"]
    assert faults == []


def test_no_class_of_sqlglot_is_extended() -> None:
    """The compiled build refuses that at run time."""
    for path, tree in modules():
        if "sqlglot" not in {name.partition(".")[0] for name in imported(tree)}:
            continue
        bases = [ast.unparse(base) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for base in node.bases]
        assert not [base for base in bases if base.startswith(("exp.", "sqlglot.", "Parser", "Generator"))], path
