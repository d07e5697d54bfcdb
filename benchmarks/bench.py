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

PROGRAMS = Path(__file__).parent / "floors"
EXECUTE = PROGRAMS / "execute_alone.py"
ROWS = 20
ASSETC = (sys.executable, "-m", "assetc")
SHORT, LONG = 5, 3
"""How often a command of a second and one of many seconds is measured."""


BARE, START, PARSE, ALONE = "python -c pass", "import sqlglot", "parse each file once", "DuckDB alone"
ONE = "DuckDB alone, one table"
FLOORS = (BARE, START, PARSE, ALONE, ONE)
"""Lines of the table that no tool in Python can undercut; others are divided by them."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table. `ratio` is that to its floor, measured in turns with it; `goal` is the one wanted."""

    name: str
    cost: Cost
    floor: str = ""
    ratio: float = 1.0
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
    def is_large(self) -> bool:
        """Whether long commands are measured once, and the peer, which needs many minutes, not at all."""
        return self.size > 2000

    @property
    def times(self) -> int:
        """How often long commands are measured."""
        return 1 if self.is_large else LONG


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


def measured(bench: Bench, dbt: str | None, *, runs: bool) -> Iterator[Measured]:
    """The lines of the table, a group at a time; the commands of a group take turns with their floor."""
    goals = LARGE_GOALS if bench.is_large else GOALS
    groups = [(START, _quick(bench), SHORT), (PARSE, _thorough(bench), bench.times)]
    groups += [(ALONE, _runs(bench), bench.times)] if runs else []
    groups += [(START, _quick_runs(bench), SHORT)] if runs else []
    if dbt and not bench.is_large:
        groups += [(floor, _peer(bench, dbt, floor), 1) for floor in (PARSE, ALONE, START)]
    shown: dict[str, Cost] = {}
    for floor, commands, times in groups:
        costs = measure(commands, times)
        base = costs.get(floor) or shown[floor]
        for name, cost in costs.items():
            if name in FLOORS:
                if name not in shown:
                    yield Measured(name, cost)
            else:
                yield Measured(name, cost, floor, cost.cpu / base.cpu, goals.get(name))
        shown = {**costs, **shown}


GOALS = {
    "assetc --version": 0.5,
    "ls, nothing changed": 1.2,
    "ls, one model changed": 2.2,
    "compile, nothing changed": 3.0,
    "ls, cold": 1.5,
    "compile, cold": 2.2,
    "run, all": 1.25,
    "run --changed, nothing stale": 1.7,
    "run --select one, after an edit": 3.5,
}
LARGE_GOALS = {
    **GOALS,
    "ls, nothing changed": 2.0,
    "ls, one model changed": 4.0,
    "compile, nothing changed": 15.0,
    "run --changed, nothing stale": 3.5,
    "run --select one, after an edit": 6.0,
}


def _quick(bench: Bench) -> dict[str, Command]:
    """Commands on a project that was read before."""
    return {
        BARE: Command((sys.executable, "-c", "pass"), bench.root),
        START: Command((sys.executable, "-c", "import sqlglot"), bench.root),
        "assetc --version": Command((*ASSETC, "--version"), bench.root),
        "ls, one model changed": Command((*ASSETC, "ls"), bench.native, _editing(bench, bench.native)),
        "ls, nothing changed": Command((*ASSETC, "ls"), bench.native),
        "compile, nothing changed": Command((*ASSETC, "compile"), bench.native),
    }


def _thorough(bench: Bench) -> dict[str, Command]:
    """Commands that read everything."""
    parse = (sys.executable, str(PROGRAMS / "parse_once.py"), str(bench.root / "compiled"))
    cold = _forgetting(bench.native / ".assetc")
    return {
        PARSE: Command(parse, bench.root),
        "ls, cold": Command((*ASSETC, "ls"), bench.native, cold),
        "compile, cold": Command((*ASSETC, "compile"), bench.native, cold),
    }


def _runs(bench: Bench) -> dict[str, Command]:
    """Every model, 20 rows a table."""
    file, warehouse = bench.root / "alone.duckdb", bench.native / "warehouse.duckdb"
    alone = (sys.executable, str(EXECUTE), str(file), str(bench.root / "statements.sql"))
    return {
        ALONE: Command(alone, bench.root, lambda: _make_warehouse(bench, file)),
        "run, all": Command((*ASSETC, "run"), bench.native, lambda: _make_warehouse(bench, warehouse)),
    }


def _quick_runs(bench: Bench) -> dict[str, Command]:
    """Commands on a warehouse that is up to date. The edited model is built again before the next one starts."""
    edit = _editing(bench, bench.native)
    one, warehouse = bench.root / "one.sql", bench.native / "warehouse.duckdb"
    one.write_text("create or replace table floor_of_one as select 1 as x")
    return {
        START: Command((sys.executable, "-c", "import sqlglot"), bench.root),
        ONE: Command((sys.executable, str(EXECUTE), str(warehouse), str(one)), bench.root),
        "run --select one, after an edit": Command((*ASSETC, "run", "--select", _edited(bench)), bench.native, edit),
        "run --changed, nothing stale": Command(
            (*ASSETC, "run", "--changed"), bench.native, lambda: run_once((*ASSETC, "run", "--changed"), bench.native)
        ),
    }


def _peer(bench: Bench, dbt: str, floor: str) -> dict[str, Command]:
    """dbt on the same project, for the same work: what is held against one floor."""

    def command(*words: str, before: Callable[[], object] = lambda: None) -> Command:
        return Command((dbt, *words, "--profiles-dir", "."), bench.dbt, before)

    edit, warehouse = _editing(bench, bench.dbt), bench.dbt / "warehouse.duckdb"
    forget = _forgetting(bench.dbt / "target")
    match floor:
        case "parse each file once":
            return {"dbt ls, cold": command("ls", before=forget)}
        case "DuckDB alone":
            return {"dbt run, all": command("run", before=lambda: _make_warehouse(bench, warehouse))}
        case _:
            return {
                "dbt --version": Command((dbt, "--version"), bench.root),
                "dbt ls, first": command("ls"),
                "dbt ls, nothing changed": command("ls"),
                "dbt ls, one model changed": command("ls", before=edit),
                "dbt compile, nothing changed": command("compile"),
                "dbt run --select one, after an edit": command("run", "--select", _edited(bench), before=edit),
            }


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


def _forgetting(folder: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(folder, ignore_errors=True)


def _edited(bench: Bench) -> str:
    """A model with a few others behind it."""
    return [name for name, model in bench.project.models.items() if model.layer == "intermediate"][-1]


def _editing(bench: Bench, folder: Path) -> Callable[[], None]:
    return lambda: _edit(bench, folder)


def _edit(bench: Bench, folder: Path) -> None:
    """Change an expression; its columns stay."""
    name = _edited(bench)
    path = folder / "models" / bench.project.models[name].folder / f"{name}.sql"
    path.write_text(path.read_text().replace("coalesce(", "coalesce(0 + ", 1))
