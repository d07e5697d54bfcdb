"""Several connections in one run: each is opened when a step first needs it, and closed with the run."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NoReturn

import duckdb
import pytest
from msgspec import Struct

from assetc.adapters.duckdb.adapter import adapter
from assetc.adapters.perform import Listener, perform
from assetc.adapters.protocol import ParsedOutput, Session, Warehouse, WarehouseError
from assetc.compiler.asset import Asset
from assetc.compiler.config import AssetConfig
from assetc.compiler.materialization.build import Build, Query
from assetc.compiler.materialization.materialize import materialize
from assetc.compiler.place import file_span
from assetc.compiler.plan import ExecuteCheck, Materialize, Output, Plan, Step
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.connections import Connections
from assetc.runtime.execution.events import StepFinished
from assetc.runtime.execution.execute import execute
from assetc.runtime.execution.options import ExecuteOptions
from assetc.runtime.execution.prepare import prepare
from assetc.runtime.execution.work import Attempt, Built, Making
from assetc.runtime.state.sqlite import State


class NamedWork(Struct):
    """Each asset is a table that says on which connection it was made."""

    prepared: list[str]

    def prepare(self, connection: str, session: Session) -> None:
        self.prepared.append(connection)

    def make(self, step: Step, wanted: tuple[Output, ...], attempt: Attempt) -> Generator[Making]:
        for output in wanted:
            yield Making(output, partial(self.build, output.asset, step.connection, attempt))

    def build(self, asset: Asset, connection: str, attempt: Attempt) -> Built:
        assert asset.relation is not None
        content = Query(f"select '{connection}' as made_on")
        known = attempt.relations.get(asset.relation)
        build = Build(asset.relation, content, asset.config, adapter.abilities, asset.key.name, existing=known)
        rows = perform(materialize(build), adapter.render, attempt.session, Listener())
        return Built("table", asset.relation, rows=rows)

    def check(self, test: ExecuteCheck, attempt: Attempt, relation: Relation | None) -> NoReturn:
        raise AssertionError(test.id)

    def is_done(self, output: Output, attempt: Attempt) -> bool:
        return False


def parsed(folder: Path, name: str) -> ParsedOutput:
    found = adapter.parse({"path": str(folder / f"{name}.duckdb")}, str(folder))
    assert not isinstance(found, tuple)
    return found


def step(connection: str, after: tuple[str, ...] = ()) -> Step:
    name = f"made_on_{connection}"
    config = AssetConfig(materialized="table")
    relation = Relation(connection, "own", name)
    asset = Asset(AssetKey(name), "model", file_span("m.sql"), config, relation, code_version="1")
    return Step(name, (Output(name, asset, ("first build",)),), Materialize(), connection, after)


def test_steps_of_one_run_work_on_several_connections(tmp_path: Path) -> None:
    steps = (step("shop"), step("lake", ("made_on_shop",)))
    outputs = {name: parsed(tmp_path, name) for name in ("shop", "lake", "unused")}
    options = ExecuteOptions(outputs["shop"].identity, threads=2)
    for _ in range(2):  # the second time each relation is known to its own connection
        work = NamedWork([])
        with closing(State(None)) as state, closing(Connections({}, outputs)) as connections:
            events = execute(Plan("run", steps, ()), partial(prepare, connections, {}, work), state, options)
            ended = {each.part.id: each.status for each in events if isinstance(each, StepFinished)}
        assert ended == {"made_on_shop": "success", "made_on_lake": "success"}
        assert sorted(work.prepared) == ["lake", "shop"]
    assert sorted(path.name for path in tmp_path.glob("*.duckdb")) == ["lake.duckdb", "shop.duckdb"]
    for name in ("shop", "lake"):
        with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as connection:  # it was given back
            assert connection.execute(f"from own.made_on_{name}").fetchall() == [(name,)]


def test_what_is_open_already_is_used_and_left_open(tmp_path: Path) -> None:
    own: Warehouse = parsed(tmp_path, "own").connect()
    connections = Connections({"own": own}, {"other": parsed(tmp_path, "other")})
    assert sorted(connections) == ["other", "own"] and len(connections) == 2
    assert connections["own"] is own and connections["other"] is connections["other"]
    connections.close()
    assert own.session().query("select 1")[1] == [(1,)]
    own.close()


def test_a_connection_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="does not exist"):
        Connections({}, {"gone": parsed(tmp_path / "gone", "w")})["gone"]
