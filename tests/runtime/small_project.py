"""A project in a few lines: models and checks are written as files and executed by the work of a real run."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from assetc.adapters.protocol import Warehouse
from assetc.compiler.asset import Graph
from assetc.compiler.config import AssetConfig
from assetc.compiler.materialization.build import ledger_for
from assetc.compiler.plan import Output, Plan, Step
from assetc.compiler.planning.make_plan import PlanRequest, make_plan
from assetc.compiler.planning.staleness import Remembered
from assetc.compiler.selection.request import Selected
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.project.load import LoadRequest
from assetc.runtime.execution.events import Event, LogWritten, ends_of
from assetc.runtime.execution.execute import execute
from assetc.runtime.execution.options import ExecuteOptions
from assetc.runtime.execution.prepare import Prepared, prepare
from assetc.runtime.execution.recorder import verified_checks
from assetc.runtime.execution.work import Attempt, Built, Making
from assetc.runtime.opening import OpenRequest
from assetc.runtime.run_project import open_state
from assetc.runtime.state.sqlite import State
from assetc.runtime.steps.project_work import ProjectWork
from assetc.runtime.workspace import Workspace, identity_of, open_workspace

DATABASE = "warehouse"
CONNECTION = "dev"
WRITTEN = ("materialized", "incremental_strategy", "unique_key", "retries", "full_refresh", "publish")


@dataclass(frozen=True)
class Model:
    """A model: its SQL with `{name}` for other models, its configuration, and what happens before and after it."""

    sql: str
    config: AssetConfig = field(default_factory=AssetConfig)
    before: Callable[[Attempt], None] | None = None
    after: Callable[[], None] | None = None


@dataclass(frozen=True)
class Test:
    """A check: a query for the wrong rows of some models."""

    __test__ = False
    sql: str
    reads: tuple[str, ...]
    severity: str = "error"


def relation_of(name: str) -> Relation:
    return Relation(DATABASE, "main", name)


LEDGER = ledger_for(relation_of(""), "main")


@dataclass
class Disturbed:
    """The work of the project, and what a test does around it. `threads` are those in which it was done."""

    work: ProjectWork
    models: Mapping[str, Model]
    threads: set[str]

    def __getattr__(self, name: str) -> object:
        return getattr(self.work, name)

    def make(self, step: Step, wanted: tuple[Output, ...], attempt: Attempt) -> Generator[Making]:
        self.threads.add(threading.current_thread().name)
        model = self.models[step.id]
        if model.before is not None:
            with attempt.interruption.body():
                model.before(attempt)
        for making in self.work.make(step, wanted, attempt):
            yield Making(making.output, lambda making=making: _stored(making, model))


def _stored(making: Making, model: Model) -> Built:
    built = making.store()
    if model.after is not None:
        model.after()
    return built


@dataclass
class SmallProject:
    """Models and tests, as files whenever the project is looked at; a DuckDB file and a state file."""

    folder: Path
    models: dict[str, Model]
    tests: dict[str, Test] = field(default_factory=dict)
    threads: set[str] = field(default_factory=set)
    workspaces: list[Workspace] = field(default_factory=list)
    warehouse: Warehouse = field(init=False)
    state: State = field(init=False)

    def __post_init__(self) -> None:
        output = {"type": "duckdb", "path": f"{DATABASE}.duckdb", "lock_timeout": 0}
        profiles = {"shop": {"target": CONNECTION, "outputs": {CONNECTION: output}}}
        self._write("profiles.yml", json.dumps(profiles))
        self._write("assetc.toml", 'name = "shop"\nprofile = "shop"\n')
        opened = self.opened()
        self.adapter, self.identity = opened.adapter, identity_of(opened)
        self.warehouse = opened.connection.output.connect()
        self.state = open_state(opened)

    def close(self) -> None:
        self.warehouse.close()
        self.state.close()
        for opened in self.workspaces:
            opened.close()

    def opened(self) -> Workspace:
        """The project as it is now."""
        for old in (*self.folder.glob("models/*"), *self.folder.glob("macros/*")):
            old.unlink()
        for name, model in self.models.items():
            self._write(f"models/{name}.sql", model.sql.format_map({other: other for other in self.models}))
        for name, test in self.tests.items():
            names = dict(zip(test.reads, ("{{ model }}", "{{ other }}"), strict=False))
            sql = test.sql.format_map(names)
            self._write(f"macros/{name}.sql", f"{{% test {name}(model, other=none) %}}{sql}{{% endtest %}}")
        described = [{"name": name, **self._described(name)} for name in self.models]
        self._write("models/properties.yml", json.dumps({"models": described}))
        opened = open_workspace(OpenRequest(self.folder, LoadRequest(environment={})))
        assert isinstance(opened, Workspace), opened
        self.workspaces.append(opened)
        return opened

    def _described(self, name: str) -> dict[str, object]:
        config = {key: getattr(self.models[name].config, key) for key in WRITTEN}
        tests = [
            {
                test_name: {
                    "name": test_name,
                    "config": {"severity": test.severity},
                    **({"other": f"ref('{test.reads[1]}')"} if len(test.reads) > 1 else {}),
                }
            }
            for test_name, test in self.tests.items()
            if test.reads[0] == name
        ]
        return {"config": {key: value for key, value in config.items() if value not in (None, ())}, "tests": tests}

    def _write(self, path: str, text: str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    @property
    def graph(self) -> Graph:
        return self.opened().graph

    def remembered(self) -> Remembered:
        recorded = self.state.recorded(self.identity)
        existing = {found.relation: found.kind for found in self.warehouse.existing()}
        checks = verified_checks(self.graph.checks.values(), self.state.check_results(self.identity), recorded)
        return Remembered(recorded, existing, checks)

    def plan(self, command: str = "run", select: Iterable[str] | None = None, **request: object) -> Plan:
        graph = self.graph
        keys = frozenset(map(AssetKey, self.models if select is None else select))
        selected = Selected(keys, nodes=frozenset(graph.checks))
        asked = PlanRequest(command, CONNECTION, **request)  # type: ignore[arg-type]
        return make_plan(graph, selected, asked, self.remembered())

    def options(self, **options: object) -> ExecuteOptions:
        return replace(ExecuteOptions(self.identity, threads=2), **options)  # type: ignore[arg-type]

    def run(self, plan: Plan, **options: object) -> list[Event]:
        """The events of a run, without the statements that it sends."""
        events = self.execute(plan, **options)
        return [event for event in events if not isinstance(event, LogWritten) or event.level != "debug"]

    def execute(self, plan: Plan, **options: object) -> Iterator[Event]:
        return execute(plan, self.prepare, self.state, self.options(**options))

    def prepare(self, steps: tuple[Step, ...]) -> Prepared:
        work = Disturbed(ProjectWork.of(self.opened(), ()), self.models, self.threads)
        return prepare({CONNECTION: self.warehouse}, {}, work, steps)

    def rows(self, name: str) -> list[tuple[object, ...]]:
        session = self.warehouse.session()
        try:
            return sorted(session.query(f"select * from {self.adapter.name_of(relation_of(name))}")[1], key=repr)
        finally:
            session.close()


def statuses(events: Iterable[Event]) -> dict[str, str]:
    """Each asset and check with its status, and a check's with what it came to."""
    return {end.part.id: end.check or end.status for event in events for end in ends_of(event)}
