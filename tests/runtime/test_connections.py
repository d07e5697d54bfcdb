"""Several connections in one run: each is opened when a step first needs it, and closed with the run."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import duckdb
import pytest
from msgspec.structs import replace
from small_project import CONNECTION, DATABASE, LEDGER, Model, SmallProject, statuses

from assetc.adapters.duckdb.adapter import adapter
from assetc.adapters.protocol import ParsedOutput, Warehouse, WarehouseError
from assetc.compiler.plan import Plan
from assetc.runtime.connections import Connections
from assetc.runtime.execution.execute import execute
from assetc.runtime.execution.prepare import prepare
from assetc.runtime.steps.project_work import ProjectWork


def parsed(folder: Path, name: str) -> ParsedOutput:
    found = adapter.parse({"path": str(folder / f"{name}.duckdb")}, str(folder))
    assert not isinstance(found, tuple)
    return found


def test_steps_of_one_run_work_on_several_connections(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    outputs = {CONNECTION: parsed(tmp_path, DATABASE), "lake": parsed(tmp_path / "lake", DATABASE)}
    outputs["unused"] = parsed(tmp_path, "unused")
    project = SmallProject(tmp_path, {"a": Model("select 1 as x"), "b": Model("select 2 as x")})
    first, second = project.plan().steps
    work = ProjectWork.of(project.opened(), ())
    project.warehouse.close()
    steps = (first, replace(second, connection="lake", after=("a",)))
    for _ in range(2):  # the second time each relation is known to its own connection
        with closing(Connections({}, outputs)) as connections:
            prepared = partial(prepare, connections, {}, work)
            events = execute(Plan("run", steps, ()), prepared, project.state, project.options())
            assert statuses(events) == {"a": "success", "b": "success"}
    project.close()
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.duckdb")) == [
        "lake/warehouse.duckdb",
        "warehouse.duckdb",
    ]
    for path, name in ((tmp_path, "a"), (tmp_path / "lake", "b")):
        with duckdb.connect(str(path / "warehouse.duckdb")) as connection:  # it was given back
            assert {*connection.execute("show tables").fetchall()} - {(LEDGER.name,)} == {(name,)}


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
