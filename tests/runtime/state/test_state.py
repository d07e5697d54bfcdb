"""What is written to the state comes back from it: by other connections, other threads, other processes."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from assetc.adapters.protocol import Identity
from assetc.compiler.planning.staleness import Recorded
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.processes import this_process
from assetc.runtime.state.connection import StateError
from assetc.runtime.state.migrations import MIGRATIONS
from assetc.runtime.state.records import (
    CheckResult,
    Materialization,
    RunEnd,
    RunFilter,
    RunRecord,
    StepEnd,
    StepRecord,
    Versions,
)
from assetc.runtime.state.sqlite import State

DEV = Identity("duckdb", "/data/dev.duckdb", "dev", "main")
PROD = Identity("duckdb", "/data/prod.duckdb", "prod", "main")
ORDERS, CUSTOMERS = AssetKey("shop/orders"), AssetKey("customers")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = State(tmp_path / ".assetc" / "state.sqlite")
    yield opened
    opened.close()


def run(run_id: str = "r1", identity: Identity = DEV, at: float = 1.0) -> RunRecord:
    return RunRecord(run_id, run_id, identity, "run", at, this_process(), ("--select", "+orders"))


def step(run_id: str = "r1", key: AssetKey = ORDERS) -> StepRecord:
    return StepRecord(run_id, str(key), "build", key, str(key), "v1")


def built(event_id: str, run_id: str = "r1", identity: Identity = DEV, key: AssetKey = ORDERS) -> Materialization:
    return Materialization(
        event_id,
        identity,
        key,
        run_id,
        str(key),
        2.0,
        "v1",
        event_id,
        "v1",
        "{}",
        "table",
        Relation("dev", "main", key.name),
        rows=7,
        columns=(("id", "INTEGER"), ("at", "DATE")),
        metadata=(("path", "a/b"),),
        inputs={CUSTOMERS: "e0"},
    )


def ended(event: Materialization, recent: tuple[float, ...] = (0.5,)) -> StepEnd:
    done = replace(step(event.run_id, event.key), status="success", started_at=1.5, seconds=0.5, attempts=1)
    return StepEnd(done, event.identity, event, recent=recent)


def checked(result_id: str, status: str = "pass", run_id: str = "r1") -> StepEnd:
    done = StepRecord(run_id, "check:unique_orders_id", "check", ORDERS, "unique_orders_id", status="success")
    result = CheckResult(
        result_id,
        DEV,
        "unique_orders_id",
        ORDERS,
        run_id,
        done.id,
        3.0,
        status,  # type: ignore[arg-type]
        "error",
        failures=0,
        inputs={ORDERS: "e1"},
    )
    return StepEnd(done, DEV, check=result)


def test_a_run_comes_back_with_its_steps_in_the_order_of_the_plan(state: State) -> None:
    steps = [step(key=ORDERS), step(key=CUSTOMERS)]
    state.start_run(run(), steps)
    assert state.runs(RunFilter()) == (run(),)
    assert state.steps("r1") == tuple(steps)


def test_the_end_of_a_step_is_one_record_of_everything(state: State) -> None:
    state.start_run(run(), [step()])
    end = ended(built("e1"), recent=(0.5, 0.25))
    state.end_steps([end])
    state.end_run(RunEnd("r1", "success", 9.0))
    assert state.steps("r1") == (end.step,)
    assert state.materializations(DEV, ORDERS, 10) == (end.materialization,)
    assert state.durations(DEV) == {"shop/orders": (0.5, 0.25)}
    assert state.runs(RunFilter(status="success")) == (replace(run(), status="success", finished_at=9.0),)
    assert state.runs(RunFilter(status="running")) == ()


def test_the_last_materialization_is_what_is_recorded_of_an_asset(state: State) -> None:
    state.start_run(run(), [step()])
    state.end_steps([ended(built("e1")), ended(built("e2"))])
    last = Recorded("e2", 2.0, "v1", "e2", "v1", "{}", Relation("dev", "main", "orders"), {CUSTOMERS: "e0"})
    assert state.recorded(DEV) == state.recorded(DEV, [ORDERS, CUSTOMERS]) == {ORDERS: last}
    assert state.recorded(DEV, [CUSTOMERS]) == {}
    assert state.versions(DEV, [ORDERS, CUSTOMERS]) == {ORDERS: Versions("e2", "e2", "v1")}
    assert [event.id for event in state.materializations(DEV, ORDERS, 10)] == ["e2", "e1"]


def test_targets_know_nothing_of_each_other(state: State) -> None:
    state.start_run(run(), [step()])
    state.end_steps([ended(built("e1"))])
    assert state.recorded(PROD) == {}
    assert state.versions(PROD, [ORDERS]) == {}
    assert state.durations(PROD) == {}
    assert state.runs(RunFilter(identity=PROD)) == ()


def test_the_last_result_of_a_check(state: State) -> None:
    state.start_run(run(), [step()])
    state.end_steps([checked("c1", "fail"), checked("c2", "pass")])
    assert state.check_results(DEV) == {"check:unique_orders_id": checked("c2").check}


def test_the_ends_of_several_steps_are_written_all_or_none(state: State) -> None:
    state.start_run(run(), [step()])
    with pytest.raises(StateError):
        state.end_steps([ended(built("e1")), checked("c1", "no such status")])
    assert state.recorded(DEV) == {}
    assert state.steps("r1") == (step(),)


def test_forgetting_old_runs_keeps_what_is_the_last_of_an_asset_and_of_a_check(state: State) -> None:
    for number in range(1, 5):
        state.start_run(run(f"r{number}", at=number), [step(f"r{number}")])
    state.end_steps([ended(built("e1", "r1")), ended(built("e0", "r1", key=CUSTOMERS)), checked("c1", run_id="r1")])
    state.end_steps([ended(built("e2", "r2")), checked("c2", run_id="r2"), ended(built("e4", "r4"))])
    assert state.forget_runs(keep=1) == 3
    assert [found.id for found in state.runs(RunFilter())] == ["r4"]
    assert [event.id for event in state.materializations(DEV, ORDERS, 10)] == ["e4"]
    assert [event.id for event in state.materializations(DEV, CUSTOMERS, 10)] == ["e0"]
    assert [result.id for result in state.check_results(DEV).values()] == ["c2"]
    assert state.steps("r1") == ()
    assert state.forget_runs(keep=1) == 0


def test_where_an_asset_lived_before_is_never_forgotten(state: State) -> None:
    places = [Relation("dev", None, "first"), Relation("dev", None, "second"), Relation("dev", None, "first")]
    for number, place in enumerate(places, 1):
        state.start_run(run(f"r{number}", at=number), [step(f"r{number}")])
        state.end_steps([ended(replace(built(f"e{number}", f"r{number}"), relation=place))])
    assert state.forget_runs(keep=1) == 2
    assert state.relations(DEV) == dict.fromkeys(places, ORDERS)
    assert [event.id for event in state.materializations(DEV, ORDERS, 10)] == ["e3", "e2"]
    assert state.relations(PROD) == {}


def test_metadata_of_any_type_is_kept_as_text(state: State) -> None:
    state.start_run(run(), [step()])
    state.end_steps([ended(replace(built("e1"), metadata=(("path", Path("a")), ("rows", 3))))])
    assert state.materializations(DEV, ORDERS, 1)[0].metadata == (("path", "a"), ("rows", 3))


def test_a_file_that_is_no_state_is_told_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"this is not a database at all, it is a text" * 100)
    with pytest.raises(StateError) as caught:
        State(path)
    assert (caught.value.diagnostic.code, "damaged" in caught.value.diagnostic.message) == ("E190", True)
    assert "Move it away" in caught.value.diagnostic.hint


def test_a_file_that_breaks_while_it_is_read_is_told_too(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    State(path).close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x55" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StateError) as caught, closing(State(path)) as opened:
        opened.recorded(DEV)
    assert caught.value.diagnostic.code == "E190"


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    State(path).close()
    newer = sqlite3.connect(path)
    newer.execute(f"pragma user_version = {len(MIGRATIONS) + 1}")
    newer.close()
    with pytest.raises(StateError) as caught:
        State(path)
    assert caught.value.diagnostic.code == "E191"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".assetc").write_text("a file where the folder should be")
    with pytest.raises(StateError) as caught:
        State(tmp_path / ".assetc" / "state.sqlite")
    assert caught.value.diagnostic.code == "E192"


def test_threads_write_at_once(state: State) -> None:
    state.start_run(run(), [])

    def write(thread: int) -> None:
        for number in range(20):
            key = AssetKey(f"a{thread}_{number}")
            state.end_steps([ended(built(f"e{thread}_{number}", key=key))])
            assert key in state.versions(DEV, [key])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(state.recorded(DEV)) == 160


WRITER = """
import json, sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from test_state import AssetKey, State, built, ended, run, step
state = State(Path(sys.argv[1]))
name = sys.argv[2]
state.start_run(run(name), [])
for number in range(40):
    state.end_steps([ended(built(f"{name}_{number}", name, key=AssetKey(f"{name}_{number}")))])
print(json.dumps(len(state.materializations(built("x").identity, AssetKey(f"{name}_0"), 5))))
"""


def test_processes_open_and_write_one_new_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / ".assetc" / "state.sqlite"
    command = [sys.executable, "-c", WRITER, str(path)]
    here = str(Path(__file__).parent)
    started = [
        subprocess.Popen([*command, f"p{number}", here], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for number in range(4)
    ]
    for process in started:
        out, err = process.communicate(timeout=120)
        assert (json.loads(out), err) == (1, b"")
    state = State(path)
    assert len(state.recorded(DEV)) == 160
    state.close()


def test_a_state_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    old = sqlite3.connect(path)
    for statement in MIGRATIONS[0]:
        old.execute(statement)
    old.execute("insert into targets values (1, ?, ?, ?, ?)", (DEV.adapter, DEV.place, DEV.database, DEV.schema))
    for key, kind, metadata in (("nums", "pickle", '{"path": ".assetc/storage/nums"}'), ("v", "view", "{}")):
        old.execute(
            "insert into materializations values (?, 1, ?, '', 'r1', ?, 1.0, 'c', 'd', 'c', '{}', ?, null, null, null,"
            " null, '[]', ?, '{}')",
            (f"e_{key}", key, key, kind, metadata),
        )
        old.execute("insert into latest_materializations values (1, ?, '', ?)", (key, f"e_{key}"))
    old.execute("pragma user_version = 1")
    old.commit()
    old.close()
    state = State(path)
    found = {str(key): (record.kind, record.path) for key, record in state.recorded(DEV).items()}
    assert found == {"nums": ("object", ".assetc/storage/nums"), "v": ("view", None)}
    state.close()


def test_the_connection_and_the_partition_are_recorded(state: State) -> None:
    planned = replace(step("r1", ORDERS), connection="dev", partition="2026-01")
    state.start_run(run(), [planned])
    made = replace(built("e1"), partition="2026-01", kind="object", path=".assetc/storage/orders", relation=None)
    state.end_steps([StepEnd(replace(planned, status="success"), DEV, made)])
    assert [(each.connection, each.partition) for each in state.steps("r1")] == [("dev", "2026-01")]
    assert state.materializations(DEV, ORDERS, 1) == (made,)
