"""A project in a few lines: a graph of SQL assets and checks, executed for real in DuckDB."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from assetc.adapters.perform import Listener, perform, perform_each
from assetc.adapters.protocol import Adapter, Identity, Session, Warehouse
from assetc.adapters.registry import find_adapter
from assetc.compiler.asset import Asset, Check, CheckConfig, Edge, Graph
from assetc.compiler.config import AssetConfig
from assetc.compiler.graph import connect
from assetc.compiler.materialization.build import Build, Query, ledger_for
from assetc.compiler.materialization.materialize import materialize
from assetc.compiler.node import NodeId
from assetc.compiler.operation import CreateLedger
from assetc.compiler.place import file_span
from assetc.compiler.plan import ExecuteCheck, Output, Plan, Step
from assetc.compiler.planning.make_plan import PlanRequest, Remembered, make_plan
from assetc.compiler.selection.request import Selected
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.execution.events import Event, StepFinished
from assetc.runtime.execution.execute import execute
from assetc.runtime.execution.options import ExecuteOptions
from assetc.runtime.execution.prepare import Prepared, prepare
from assetc.runtime.execution.recorder import verified_checks
from assetc.runtime.execution.work import Attempt, Built, Checked, Making
from assetc.runtime.state.protocol import State
from assetc.runtime.state.sqlite import SqliteState

DATABASE = "warehouse"
CONNECTION = "dev"


@dataclass(frozen=True)
class Model:
    """A model: its SQL with `{name}` for other models, its configuration, and a Python body to run before the SQL."""

    sql: str
    config: AssetConfig = field(default_factory=AssetConfig)
    reads: tuple[str, ...] = ()
    body: Callable[[Attempt], None] | None = None


@dataclass(frozen=True)
class Test:
    """A check: a query for the wrong rows of some models."""

    __test__ = False
    sql: str
    reads: tuple[str, ...]
    severity: str = "error"


def relation_of(name: str) -> Relation:
    return Relation(DATABASE, "main", name)


def graph_of(models: Mapping[str, Model], tests: Mapping[str, Test] | None = None) -> Graph:
    assets = {AssetKey(name): _asset(name, model) for name, model in models.items()}
    edges = [
        Edge(AssetKey(name), AssetKey(up), "sql", file_span(f"models/{name}.sql"))
        for name, model in models.items()
        for up in model.reads
    ]
    graph, problems = connect(assets, {}, tuple(_check(name, test) for name, test in (tests or {}).items()), edges)
    assert not problems
    return graph


def _asset(name: str, model: Model) -> Asset:
    kind = "python" if model.body else "model"
    ephemeral = model.config.materialized == "ephemeral"
    return Asset(
        key=AssetKey(name),
        kind=kind,  # type: ignore[arg-type]
        span=file_span(f"models/{name}.sql"),
        config=model.config,
        relation=None if ephemeral else relation_of(name),
        code_version=model.sql,
    )


def _check(name: str, test: Test) -> Check:
    config = CheckConfig(severity=test.severity)  # type: ignore[arg-type]
    return Check(
        NodeId("test", "shop", name),
        name,
        "unique",
        tuple(map(AssetKey, test.reads)),
        config,
        file_span("models/schema.yml"),
    )


@dataclass
class DuckWork:
    """The work of these models and tests: what `assetc run` does, without templates."""

    models: Mapping[str, Model]
    tests: Mapping[str, Test]
    adapter: Adapter
    ledger: Relation = field(default_factory=lambda: ledger_for(relation_of(""), "main"))
    threads: set[str] = field(default_factory=set)

    def prepare(self, connection: str, session: Session) -> None:
        perform_each((CreateLedger(self.ledger),), self.adapter.render, session)

    def make(self, step: Step, wanted: tuple[Output, ...], attempt: Attempt) -> Generator[Making]:
        self.threads.add(threading.current_thread().name)
        for output in wanted:
            body = self.models[output.asset.key.name].body
            if body is not None:
                with attempt.interruption.body():
                    body(attempt)
            yield Making(output, lambda output=output: self.build(output, attempt))

    def build(self, output: Output, attempt: Attempt) -> Built:
        name = output.asset.key.name
        model = self.models[name]
        build = Build(
            relation=relation_of(name),
            content=Query(self._resolved(model.sql)),
            config=model.config,
            abilities=self.adapter.abilities,
            step_id=attempt.ledger_id(output),
            existing=attempt.relations.kind_of(relation_of(name)),
            full_refresh=output.full_refresh,
            ledger=self.ledger,
        )
        rows = perform(
            materialize(build), self.adapter.render, attempt.session, Listener(check=partial(attempt.inspect, output))
        )
        return Built("view" if model.config.materialized == "view" else "table", relation_of(name), rows=rows)

    def check(self, test: ExecuteCheck, attempt: Attempt, relation: Relation | None) -> Checked:
        found = self.tests[test.check.name]
        staged = {} if relation is None else {test.check.assets[0].name: self.adapter.name_of(relation)}
        _, rows = attempt.session.query(self._resolved(found.sql, staged))
        failed = "warn" if found.severity == "warn" else "fail"
        return Checked(failed if rows else "pass", len(rows))  # type: ignore[arg-type]

    def is_done(self, output: Output, attempt: Attempt) -> bool:
        _, rows = attempt.session.query(self.adapter.ledger_query(self.ledger, [attempt.ledger_id(output)]))
        return bool(rows)

    def _resolved(self, sql: str, staged: Mapping[str, str] | None = None) -> str:
        names = {name: self.adapter.name_of(relation_of(name)) for name in self.models}
        return sql.format_map({**names, **(staged or {})})


@dataclass
class SmallProject:
    """Models and tests, a DuckDB file and a state file."""

    folder: Path
    models: dict[str, Model]
    tests: dict[str, Test] = field(default_factory=dict)
    warehouse: Warehouse = field(init=False)
    state: State = field(init=False)

    def __post_init__(self) -> None:
        self.adapter = find_adapter("duckdb")
        fields = {"type": "duckdb", "path": str(self.folder / f"{DATABASE}.duckdb"), "lock_timeout": 0}
        parsed = self.adapter.parse(fields, str(self.folder))
        assert not isinstance(parsed, tuple)
        self.identity: Identity = parsed.identity
        self.warehouse = parsed.connect()
        self.state = SqliteState(self.folder / ".assetc" / "state.sqlite")
        self.work = DuckWork(self.models, self.tests, self.adapter)

    def close(self) -> None:
        self.warehouse.close()
        self.state.close()

    @property
    def graph(self) -> Graph:
        return graph_of(self.models, self.tests)

    def remembered(self) -> Remembered:
        recorded = self.state.recorded(self.identity)
        existing = {found.relation: found.kind for found in self.warehouse.existing()}
        checks = verified_checks(self.graph.checks.values(), self.state.check_results(self.identity), recorded)
        return Remembered(recorded, existing, checks)

    def plan(self, command: str = "run", select: Iterable[str] | None = None, **request: object) -> Plan:
        keys = frozenset(map(AssetKey, self.models if select is None else select))
        selected = Selected(keys, nodes=frozenset(self.graph.checks))
        asked = PlanRequest(command, CONNECTION, **request)  # type: ignore[arg-type]
        return make_plan(self.graph, selected, asked, self.remembered())

    def options(self, **options: object) -> ExecuteOptions:
        return replace(ExecuteOptions(self.identity, threads=2), **options)  # type: ignore[arg-type]

    def run(self, plan: Plan, **options: object) -> list[Event]:
        return list(self.execute(plan, **options))

    def execute(self, plan: Plan, **options: object) -> Iterator[Event]:
        return execute(plan, self.prepare, self.state, self.options(**options))

    def prepare(self, steps: tuple[Step, ...]) -> Prepared:
        return prepare({CONNECTION: self.warehouse}, {}, self.work, steps)

    def rows(self, name: str) -> list[tuple[object, ...]]:
        session = self.warehouse.session()
        try:
            return sorted(session.query(f"select * from {self.adapter.name_of(relation_of(name))}")[1], key=repr)
        finally:
            session.close()


def statuses(events: Iterable[Event]) -> dict[str, str]:
    """Each step with its status, and a check's with what it came to."""
    ended = [event for event in events if isinstance(event, StepFinished)]
    return {event.part.id: event.check or event.status for event in ended}
