"""What is measured: whole commands on a generated project, and the floors of the same machine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.files import SCHEMA, raw_tables, write_project
from benchmarks.measure import Command, Cost, measure, run_once
from benchmarks.project import BenchmarkProject, make_project

FLOORS = Path(__file__).parent / "floors"
EXECUTE = FLOORS / "execute_alone.py"
ROWS = 20
ASSETC = (sys.executable, "-m", "assetc")
SHORT, LONG = 5, 3
"""How often a command of a second and one of many seconds is measured."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table. `floor` names the line that it is divided by, `goal` is the ratio that is wanted."""

    name: str
    cost: Cost
    floor: str = ""
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """A project of one size on disk, in both forms."""

    size: int
    project: BenchmarkProject
    root: Path

    @property
    def native(self) -> Path:
        """The project with plain names."""
        return self.root / "native"

    @property
    def dbt(self) -> Path:
        """The same as a dbt project."""
        return self.root / "dbt"

    @property
    def times(self) -> int:
        """How often long commands are measured: at 10,000 models once is enough."""
        return LONG if self.size <= 2000 else 1


def make_bench(size: int, root: Path) -> Bench:
    """Write the project, and compile it once: the floors read the compiled texts."""
    bench = Bench(size, make_project(size), root)
    (root / "raw.sql").write_text(raw_tables(bench.project, ROWS))
    for form in ("native", "dbt"):
        folder = root / form
        write_project(bench.project, folder, "dbt" if form == "dbt" else "native")
        _make_warehouse(bench, folder / "warehouse.duckdb")
    run_once((*ASSETC, "compile"), bench.native)
    shutil.copytree(bench.native / "target" / "compiled" / "bench" / "models", root / "compiled")
    (root / "statements.sql").write_text(";\n\n".join(_statements(bench)))
    return bench


def floors(bench: Bench) -> Iterator[Measured]:
    """What no tool in Python can undercut."""
    python, here = sys.executable, bench.root
    yield Measured("python -c pass", measure(Command((python, "-c", "pass"), here), SHORT))
    yield Measured("import sqlglot", measure(Command((python, "-c", "import sqlglot"), here), SHORT))
    parse = (python, str(FLOORS / "parse_once.py"), str(bench.root / "compiled"))
    yield Measured("parse each file once", measure(Command(parse, here), bench.times))


def reading(bench: Bench) -> Iterator[Measured]:
    """Commands that read the project."""
    cold, changed = _cold(bench.native), _editing(bench)
    list_all = Command((*ASSETC, "ls"), bench.native)
    parse, start = "parse each file once", "import sqlglot"
    yield Measured("assetc --version", measure(Command((*ASSETC, "--version"), bench.root), SHORT), start, 0.5)
    yield Measured("ls, cold", measure(Command(list_all.words, bench.native, cold), bench.times), parse, 1.5)
    yield Measured("ls, nothing changed", measure(list_all, SHORT), start, 1.2 if bench.size <= 2000 else 2.0)
    goal = 2.2 if bench.size <= 2000 else 4.0
    one = measure(Command(list_all.words, bench.native, changed), SHORT)
    yield Measured("ls, one model changed", one, start, goal)
    compiling = Command((*ASSETC, "compile"), bench.native, cold)
    yield Measured("compile, cold", measure(compiling, bench.times), parse, 2.2)
    warm = measure(Command(compiling.words, bench.native), bench.times)
    yield Measured("compile, nothing changed", warm, start, 3.0 if bench.size <= 2000 else 15.0)


def running(bench: Bench) -> Iterator[Measured]:
    """Commands that build tables, 20 rows each."""
    alone, start = "DuckDB alone", "import sqlglot"
    file = bench.root / "alone.duckdb"
    executing = (sys.executable, str(EXECUTE), str(file), str(bench.root / "statements.sql"))
    fresh = Command(executing, bench.root, lambda: _make_warehouse(bench, file))
    yield Measured(alone, measure(fresh, bench.times))
    warehouse = bench.native / "warehouse.duckdb"
    run_all = Command((*ASSETC, "run"), bench.native, lambda: _make_warehouse(bench, warehouse))
    yield Measured("run, all", measure(run_all, bench.times), alone, 1.25)
    stale = measure(Command((*ASSETC, "run", "--changed"), bench.native), SHORT)
    yield Measured("run --changed, nothing stale", stale, start, 1.7 if bench.size <= 2000 else 3.5)
    model = _edited(bench)
    one = Command((*ASSETC, "run", "--select", model), bench.native, _editing(bench))
    yield Measured("run --select one, after an edit", measure(one, SHORT), start, 3.5 if bench.size <= 2000 else 6.0)


def peer(bench: Bench, dbt: str) -> Iterator[Measured]:
    """dbt on the same project, for the same work."""
    options = ("--profiles-dir", ".")

    def command(*words: str, before: Callable[[], object] = lambda: None) -> Command:
        return Command((dbt, *words, *options), bench.dbt, before)

    parse, start, alone = "parse each file once", "import sqlglot", "DuckDB alone"
    forget = _forgetting_dbt(bench)
    model, edit = _edited(bench), _editing_dbt(bench)
    warehouse = bench.dbt / "warehouse.duckdb"
    once = 1
    yield Measured("dbt --version", measure(Command((dbt, "--version"), bench.root), once), start)
    yield Measured("dbt ls, cold", measure(command("ls", before=forget), once), parse)
    yield Measured("dbt ls, nothing changed", measure(command("ls"), once), start)
    yield Measured("dbt ls, one model changed", measure(command("ls", before=edit), once), start)
    yield Measured("dbt compile, nothing changed", measure(command("compile"), once), start)
    whole = command("run", before=lambda: _make_warehouse(bench, warehouse))
    yield Measured("dbt run, all", measure(whole, once), alone)
    one = command("run", "--select", model, before=edit)
    yield Measured("dbt run --select one, after an edit", measure(one, once), start)


def _make_warehouse(bench: Bench, file: Path) -> None:
    """Done in a process of its own: the memory of a measured process begins as that of its parent."""
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    run_once((sys.executable, str(EXECUTE), str(file), str(bench.root / "raw.sql")), bench.root)


def _statements(bench: Bench) -> Iterator[str]:
    """What `run` executes, without anything around it."""
    catalog = '"warehouse".'
    yield f"create schema if not exists {SCHEMA}"
    for model in bench.project.models.values():
        kind = "view" if model.layer == "staging" else "table"
        path = bench.root / "compiled" / model.folder / f"{model.name}.sql"
        yield f"create {kind} {SCHEMA}.{model.name} as {path.read_text().replace(catalog, '')}"


def _cold(folder: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(folder / ".assetc", ignore_errors=True)


def _forgetting_dbt(bench: Bench) -> Callable[[], None]:
    return lambda: shutil.rmtree(bench.dbt / "target", ignore_errors=True)


def _edited(bench: Bench) -> str:
    """A model with a few others behind it."""
    return [name for name, model in bench.project.models.items() if model.layer == "intermediate"][-1]


def _editing(bench: Bench) -> Callable[[], None]:
    return lambda: _edit(bench, bench.native)


def _editing_dbt(bench: Bench) -> Callable[[], None]:
    return lambda: _edit(bench, bench.dbt)


def _edit(bench: Bench, folder: Path) -> None:
    """Change an expression; its columns stay."""
    name = _edited(bench)
    path = folder / "models" / bench.project.models[name].folder / f"{name}.sql"
    path.write_text(path.read_text().replace("coalesce(", "coalesce(0 + ", 1))
