"""What a command imports: the cheapest speed there is, lost with one line at the head of a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SLOW = ("sqlglot", "jinja2", "duckdb", "networkx", "yaml", "rich", "pandas")
OF_A_CHANGE = (
    "assetc.compiler.facts",
    "assetc.compiler.operation",
    "assetc.compiler.pipeline",
    "assetc.compiler.template.surroundings",
    "assetc.project.properties.properties",
    "assetc.runtime.execution.execute",
)
"""Modules of our own that only a compilation or a run needs."""

PROJECT = {
    "assetc.toml": 'name = "shop"\nprofile = "shop"\n[models]\nschema = "core"\n',
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}",
    "models/orders.sql": "select 1 as id, 2 as customer",
    "models/totals.sql": "select {{ total('id') }} as total from orders",
    "models/schema.yml": "models: [{name: orders, columns: [{name: id, data_tests: [unique]}]}]",
    "macros/total.sql": "{% macro total(column) %}sum({{ column }}){% endmacro %}",
}


def modules_of(folder: Path, *arguments: str) -> set[str]:
    """The modules that are loaded after a command in a fresh process."""
    program = f"""
import sys
from assetc.cli.main import main
try:
    code = main({list(arguments)!r})
except SystemExit as exit:
    code = exit.code
print(*sys.modules)
sys.exit(code)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in PROJECT.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.mark.parametrize("arguments", [("ls",), ("ls", "--select", "+totals"), ("ls", "--json")])
def test_a_listing_of_an_unchanged_project_imports_nothing_slow(project: Path, arguments: tuple[str, ...]) -> None:
    modules_of(project, "ls")
    loaded = modules_of(project, *arguments)
    assert [name for name in (*SLOW, *OF_A_CHANGE) if name in loaded] == []


def test_a_compilation_of_which_all_files_are_there_imports_nothing_slow(project: Path) -> None:
    modules_of(project, "compile")
    assert [name for name in (*SLOW, *OF_A_CHANGE) if name in modules_of(project, "compile")] == []


def test_a_run_of_what_was_compiled_before_imports_the_driver_alone(project: Path) -> None:
    modules_of(project, "ls")
    slow = {name for name in SLOW if name in modules_of(project, "run", "--select", "orders")}
    assert slow == {"duckdb"}


def test_what_the_judge_said_is_remembered(project: Path) -> None:
    (project / "models/lines.sql").write_text("select customer! as ways from orders")
    modules_of(project, "ls")
    assert modules_of(project, "ls").isdisjoint(SLOW)


def test_a_changed_model_imports_what_parses_and_nothing_else(project: Path) -> None:
    modules_of(project, "ls")
    (project / "models/orders.sql").write_text("select 1 as id, 3 as customer")
    loaded = modules_of(project, "ls")
    slow = {"jinja2", "duckdb", "networkx", "yaml", "rich", "assetc.compiler.python.follow.values"}
    assert "sqlglot" in loaded and loaded.isdisjoint(slow)


def test_the_version_imports_nothing_but_the_command_line(tmp_path: Path) -> None:
    loaded = modules_of(tmp_path, "--version")
    ours = {
        name for name in loaded if name.startswith("assetc.") and not name.startswith(("assetc.cli", "assetc.version"))
    }
    assert ours == set() and loaded.isdisjoint((*SLOW, "msgspec"))
