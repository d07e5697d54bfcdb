"""Going on after a failure and after SIGKILL: nothing is lost and nothing is doubled."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from killed_run import APPEND, content, main
from msgspec.structs import replace
from small_project import CONNECTION, LEDGER, Model, SmallProject, Test, statuses

from assetc.compiler.planning.make_plan import PlanRequest, make_plan
from assetc.definitions.key import AssetKey
from assetc.runtime.execution.recorder import planned
from assetc.runtime.processes import is_alive, this_process
from assetc.runtime.resume import find_in_ledger, last_run, recover, remaining, unfinished_runs
from assetc.runtime.state.records import RunFilter, RunRecord

KILLS = int(os.environ.get("ASSETC_KILLS", "6"))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[SmallProject]:
    opened = SmallProject(tmp_path, {})
    yield opened
    opened.close()


def resume(project: SmallProject, command: str = "run") -> dict[str, str]:
    last = last_run(project.state, project.identity)
    assert last is not None
    left = remaining(last, project.graph, project.state)
    plan = make_plan(project.graph, left.selected, PlanRequest(command, CONNECTION), project.remembered())  # type: ignore[arg-type]
    return statuses(project.run(plan, root_id=last.root_id))


def test_what_failed_or_never_ran_is_what_is_left(project: SmallProject) -> None:
    project.models.update(
        a=Model("select 1 as x"),
        b=Model("select error('boom') as x from {a}"),
        c=Model("select x from {b}"),
    )
    project.run(project.plan())
    project.models["b"] = Model("select x from {a}")
    assert resume(project) == {"b": "success", "c": "success"}
    assert resume(project) == {}


def test_a_failed_check_is_repeated_and_what_it_held_back_is_built(project: SmallProject) -> None:
    project.models.update(a=Model("select 1 as x"), b=Model("select x from {a}"))
    project.tests["one"] = Test("select * from {a} where x = 1", ("a",))
    project.run(project.plan("build", publish="before_checks"))
    project.tests["one"] = Test("select * from {a} where x = 2", ("a",))
    assert resume(project, "build") == {"check:shop/one": "pass", "b": "success"}


def test_a_check_is_repeated_with_the_asset_that_it_reads(project: SmallProject) -> None:
    project.models.update(a=Model("select 1 as x"))
    project.tests.update(
        one=Test("select * from {a} where x = 1", ("a",)), two=Test("select * from {a} where x = 2", ("a",))
    )
    project.run(project.plan("build"))
    project.tests["one"] = Test("select * from {a} where x = 3", ("a",))
    assert resume(project, "build") == {"check:shop/one": "pass", "check:shop/two": "pass", "a": "success"}


def test_steps_of_a_resumed_run_that_the_project_has_no_more_are_told(project: SmallProject) -> None:
    project.models.update(a=Model("select error('boom') as x"), b=Model("select error('boom') as x"))
    project.run(project.plan())
    del project.models["b"]
    left = remaining(project.state.runs(RunFilter())[0], project.graph, project.state)
    assert (left.selected.assets, [step.id for step in left.lost]) == ({AssetKey("a")}, ["b"])


def dead_run(project: SmallProject) -> RunRecord:
    """A run that is recorded as going on, in a process that has ended."""
    gone = replace(this_process(), started="0")
    return RunRecord("r1", "r1", project.identity, "run", time.time(), gone)


def test_a_run_whose_process_died_is_found_and_its_ledger_believed(project: SmallProject) -> None:
    project.models.update(a=Model("select 1 as x", APPEND), b=Model("select x from {a}"))
    plan = project.plan()
    project.run(project.plan(select=["a"]), run_id="r0", root_id="r1")
    run = dead_run(project)
    project.state.start_run(run, [planned(step, part, run.id) for step in plan.steps for part in step.parts])
    assert unfinished_runs(project.state, project.identity) == (run,)
    session = project.warehouse.session()
    recovered = recover(
        project.graph,
        project.state,
        project.identity,
        lambda ids: find_in_ledger(project.adapter, session, [LEDGER], ids),
    )
    assert [step.id for step in recovered] == ["a"]
    assert unfinished_runs(project.state, project.identity) == ()
    assert resume(project) == {"b": "success"}
    assert project.rows("a") == [(1,)]


def test_a_resumed_run_asks_the_ledger_itself(project: SmallProject) -> None:
    project.models["a"] = Model("select 1 as x", APPEND)
    project.run(project.plan(), run_id="r0", root_id="r1")
    events = project.run(project.plan(), root_id="r1")
    assert statuses(events) == {"a": "success"}
    assert project.rows("a") == [(1,)]


def test_a_process_is_known_by_more_than_its_number() -> None:
    here = this_process()
    assert is_alive(here)
    assert not is_alive(replace(here, started="0"))
    assert is_alive(replace(here, host="elsewhere", started="0"))
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    assert not is_alive(replace(here, pid=child.pid))


def test_killed_at_random_points_a_run_that_goes_on_has_the_rows_of_an_undisturbed_one(tmp_path: Path) -> None:
    undisturbed = tmp_path / "undisturbed"
    whole = _seconds_until_killed_or_done(undisturbed, after=600)
    expected = content(undisturbed)
    chance = random.Random(20)
    kills = 0
    while kills < KILLS:
        folder = tmp_path / f"killed{kills}_{whole}"
        limit = whole * chance.uniform(0.3, 1.0)
        took = _seconds_until_killed_or_done(folder, after=limit)
        if took < limit:  # it was done before: the machine has less to do than it had
            whole = took
            continue
        kills += 1
        main(folder)
        assert content(folder) == expected, f"after kill {kills}"


def _seconds_until_killed_or_done(folder: Path, *, after: float) -> float:
    """Run in a process of its own, which is killed `after` so many seconds; how long it lived."""
    folder.mkdir()
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, str(Path(__file__).with_name("killed_run.py")), str(folder)])
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after)
        return time.monotonic() - began
    process.kill()
    process.wait()
    return after
