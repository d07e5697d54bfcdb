"""Plans executed in DuckDB: order, failures, checks, retries, cancellation, and what is recorded of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from small_project import Model, SmallProject, Test, relation_of, statuses

from assetc.adapters.protocol import Refused, WarehouseError
from assetc.compiler.config import AssetConfig
from assetc.compiler.diagnostic import diagnostic
from assetc.definitions.key import AssetKey
from assetc.runtime.execution.cancellation import Cancellation
from assetc.runtime.execution.events import (
    LogWritten,
    RunFinished,
    RunStarted,
    StepFinished,
    StepRetried,
    StepStarted,
)
from assetc.runtime.execution.options import RetryPolicy
from assetc.runtime.execution.work import Attempt
from assetc.runtime.state.records import RunFilter

VIEW = AssetConfig(materialized="view")
APPEND = AssetConfig(materialized="incremental", incremental_strategy="append")
AT_ONCE = RetryPolicy(transient=3, first_delay=0.0)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[SmallProject]:
    opened = SmallProject(tmp_path, {})
    yield opened
    opened.close()


def chain(project: SmallProject) -> None:
    project.models.update(
        a=Model("select 1 as x"),
        b=Model("select x + 1 as x from {a}"),
        c=Model("select x + 1 as x from {b}", VIEW),
    )


def test_steps_run_in_the_order_of_their_needs_and_tell_of_it(project: SmallProject) -> None:
    chain(project)
    events = project.run(project.plan())
    told = [(type(event).__name__, getattr(getattr(event, "step", None), "id", "")) for event in events]
    assert told == [
        ("RunStarted", ""),
        ("StepStarted", "a"),
        ("StepFinished", "a"),
        ("StepStarted", "b"),
        ("StepFinished", "b"),
        ("StepStarted", "c"),
        ("StepFinished", "c"),
        ("RunFinished", ""),
    ]
    assert project.rows("c") == [(3,)]
    assert [event.rows for event in events if isinstance(event, StepFinished)] == [1, 1, None]


def test_everything_is_recorded(project: SmallProject) -> None:
    chain(project)
    project.run(project.plan(), arguments=("--select", "c"))
    (run,) = project.state.runs(RunFilter())
    assert (run.status, run.command, run.arguments) == ("success", "run", ("--select", "c"))
    assert [(step.id, step.status, step.attempts) for step in project.state.steps(run.id)] == [
        ("a", "success", 1),
        ("b", "success", 1),
        ("c", "success", 1),
    ]
    recorded = project.state.recorded(project.identity)
    assert recorded[AssetKey("b")].inputs == {AssetKey("a"): recorded[AssetKey("a")].event_id}
    assert recorded[AssetKey("c")].inputs == {AssetKey("b"): recorded[AssetKey("b")].definition}
    assert set(project.state.durations(project.identity)) == {"a", "b", "c"}


def test_what_is_reused_is_no_step_of_the_run(project: SmallProject) -> None:
    chain(project)
    project.run(project.plan())
    project.models["c"] = Model("select 1 as n from {b}")
    again = project.run(project.plan(changed=True))
    assert statuses(again) == {"a": "reused", "b": "reused", "c": "success"}
    assert [step.id for step in project.state.steps(again[-1].run_id)] == ["c"]  # type: ignore[union-attr]


def test_the_usual_duration_is_told_at_the_next_run(project: SmallProject) -> None:
    chain(project)
    assert project.run(project.plan())[0].usual == ()  # type: ignore[union-attr]
    started = project.run(project.plan())[0]
    assert isinstance(started, RunStarted)
    assert [step_id for step_id, _ in started.usual] == ["a", "b", "c"]


def test_independent_branches_go_on_after_a_failure(project: SmallProject) -> None:
    chain(project)
    project.models.update(b=Model("select error('boom') as x from {a}"), other=Model("select 1 as x"))
    events = project.run(project.plan())
    assert statuses(events) == {"a": "success", "b": "failed", "c": "skipped", "other": "success"}
    (skipped,) = (event for event in events if isinstance(event, StepFinished) and event.status == "skipped")
    (failed,) = (event for event in events if isinstance(event, StepFinished) and event.status == "failed")
    assert skipped.because == ("b",)
    assert "boom" in failed.message
    assert events[-1].status == "failed"  # type: ignore[union-attr]
    assert {step.id: step.because for step in project.state.steps(events[-1].run_id)}["c"] == ("b",)  # type: ignore[union-attr]


def test_fail_fast_begins_nothing_more_and_stops_what_runs(project: SmallProject) -> None:
    project.models.update(
        bad=Model("select error('boom') as x", before=lambda _: time.sleep(0.1)),
        later=Model("select 1 as x"),
        slow=Model("select count(*) as n from range(1000000000) a, range(1000000000) b"),
    )
    plan = project.plan()
    plan = type(plan)(plan.command, tuple(sorted(plan.steps, key=lambda step: step.id == "later")), plan.selected)
    events = project.run(plan, fail_fast=True)
    assert statuses(events) == {"bad": "failed", "slow": "canceled", "later": "skipped"}
    assert events[-1].status == "failed"  # type: ignore[union-attr]


def test_build_runs_checks_in_place_and_a_failed_one_stops_what_is_downstream(project: SmallProject) -> None:
    chain(project)
    project.tests.update(
        b_small=Test("select * from {b} where x > 1", ("b",)), a_fine=Test("select * from {a} where x > 1", ("a",))
    )
    events = project.run(project.plan("build", publish="before_checks"))
    assert statuses(events) == {
        "a": "success",
        "check:shop/a_fine": "pass",
        "b": "success",
        "check:shop/b_small": "fail",
        "c": "skipped",
    }
    assert project.rows("b") == [(2,)]


def test_a_table_is_published_only_after_its_checks(project: SmallProject) -> None:
    chain(project)
    project.run(project.plan())
    project.models["b"] = Model("select x + 10 as x from {a}")
    project.tests["b_small"] = Test("select * from {b} where x > 5", ("b",))
    events = project.run(project.plan("build"))
    assert statuses(events) == {"a": "success", "check:shop/b_small": "fail", "b": "failed", "c": "skipped"}
    (failed,) = (event for event in events if isinstance(event, StepFinished) and event.step.id == "b")
    assert (failed.message, failed.because) == ("not published: check b_small failed", ("check:shop/b_small",))
    assert project.rows("b") == [(2,)]


def test_a_warning_stops_nothing(project: SmallProject) -> None:
    chain(project)
    project.tests["b_small"] = Test("select * from {b} where x > 1", ("b",), severity="warn")
    events = project.run(project.plan("build"))
    assert statuses(events) == {"a": "success", "b": "success", "check:shop/b_small": "warn", "c": "success"}
    assert events[-1].status == "success"  # type: ignore[union-attr]


def test_a_check_that_cannot_be_executed_is_an_error(project: SmallProject) -> None:
    chain(project)
    project.tests["broken"] = Test("select nonsense from {b}", ("b",))
    assert statuses(project.run(project.plan("test", select=())))["check:shop/broken"] == "error"


def test_checks_that_passed_on_the_same_data_are_not_repeated(project: SmallProject) -> None:
    chain(project)
    project.tests.update(
        b_fine=Test("select * from {b} where x > 5", ("b",)), both=Test("select 1 from {a}, {b} limit 0", ("a", "b"))
    )
    project.run(project.plan("build"))
    assert {step.id for step in project.plan("build", changed=True).steps} == {"a", "b", "c"}
    assert set(statuses(project.run(project.plan("build", changed=True))).values()) == {"reused"}
    project.run(project.plan(select=["a"]))
    assert {step.id for step in project.plan("build", changed=True).steps} == {
        "a",
        "b",
        "c",
        "check:shop/b_fine",
        "check:shop/both",
    }


def test_a_check_that_failed_holds_back_what_is_below_a_reused_asset(project: SmallProject) -> None:
    chain(project)
    project.tests["b_small"] = Test("select * from {b} where x > 1", ("b",))
    project.run(project.plan("build", publish="before_checks"))
    events = project.run(project.plan("build", changed=True, publish="before_checks"))
    assert statuses(events) == {"a": "reused", "b": "reused", "check:shop/b_small": "fail", "c": "skipped"}


class Flaky:
    """A body that fails so many times."""

    def __init__(self, times: int, error: Exception) -> None:
        self.left = times
        self.error = error

    def __call__(self, attempt: Attempt) -> None:
        attempt.log("info", f"attempt {attempt.number}")
        if self.left:
            self.left -= 1
            raise self.error


def test_a_passing_fault_is_tried_again(project: SmallProject) -> None:
    project.models["a"] = Model("select 1 as x", before=Flaky(2, WarehouseError("connection lost", transient=True)))
    events = project.run(project.plan(), retries=AT_ONCE)
    assert [type(event) for event in events] == [
        RunStarted,
        StepStarted,
        LogWritten,
        StepRetried,
        LogWritten,
        StepRetried,
        LogWritten,
        StepFinished,
        RunFinished,
    ]
    assert project.state.steps(events[-1].run_id)[0].attempts == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("retries", "error", "attempts"),
    [
        (None, ValueError("bad"), 1),
        (2, ValueError("bad"), 3),
        (None, WarehouseError("gone", transient=True), 4),
        (None, WarehouseError("no such column"), 1),
        (1, Refused(diagnostic("E174", "an empty list")), 2),
    ],
)
def test_how_often_a_fault_is_tried(
    project: SmallProject, retries: int | None, error: Exception, attempts: int
) -> None:
    project.models["a"] = Model("select 1 as x", AssetConfig(retries=retries), before=Flaky(99, error))
    events = project.run(project.plan(), retries=AT_ONCE)
    assert statuses(events) == {"a": "failed"}
    assert project.state.steps(events[-1].run_id)[0].attempts == attempts  # type: ignore[union-attr]


def test_a_step_that_was_committed_when_the_connection_broke_is_not_repeated(project: SmallProject) -> None:
    lost = iter([True])

    def break_once() -> None:
        if next(lost, False):
            raise WarehouseError("connection lost", transient=True)

    project.models["a"] = Model("select 1 as x", APPEND, after=break_once)
    assert statuses(project.run(project.plan(), retries=AT_ONCE)) == {"a": "success"}
    assert project.rows("a") == [(1,)]


def test_a_session_that_cannot_be_closed_ends_the_run(project: SmallProject, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> None:
        raise WarehouseError("connection lost")

    project.models["a"] = Model("select 1 as x", before=lambda it: monkeypatch.setattr(it.session, "close", lost))
    with pytest.raises(WarehouseError, match="connection lost"):
        project.run(project.plan())
    assert project.rows("a") == [(1,)]
    assert project.state.runs(RunFilter())[0].status == "failed"


def test_cancelling_stops_running_queries_and_is_recorded(project: SmallProject) -> None:
    cancellation = Cancellation()
    project.models.update(
        slow=Model("select count(*) as n from range(1000000000) a, range(1000000000) b"),
        after=Model("select n from {slow}"),
    )
    events = []
    for event in project.execute(project.plan(), cancellation=cancellation):
        events.append(event)
        if isinstance(event, StepStarted):
            threading.Timer(0.2, cancellation.cancel).start()
    assert statuses(events) == {"slow": "canceled", "after": "canceled"}
    assert events[-1].status == "canceled"  # type: ignore[union-attr]
    assert project.state.runs(RunFilter())[0].status == "canceled"


def test_cancelling_stops_the_body_of_a_python_asset(project: SmallProject) -> None:
    cancellation = Cancellation()
    reached = threading.Event()

    def forever(_: Attempt) -> None:
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                time.sleep(0.01)
            reached.set()

    project.models["a"] = Model("select 1 as x", before=forever)
    threading.Thread(target=lambda: (reached.wait(), cancellation.cancel())).start()
    assert statuses(project.run(project.plan(), cancellation=cancellation)) == {"a": "canceled"}


def test_what_a_canceled_body_would_have_given_is_not_written(project: SmallProject) -> None:
    cancellation = Cancellation()

    def stubborn(_: Attempt) -> None:
        with suppress(BaseException):
            cancellation.cancel()
            for _ in range(6000):
                time.sleep(0.01)

    project.models["a"] = Model("select 1 as x", before=stubborn)
    assert statuses(project.run(project.plan(), cancellation=cancellation)) == {"a": "canceled"}
    assert relation_of("a") not in project.warehouse.existing()


def test_a_body_that_does_not_stop_is_not_waited_for(project: SmallProject) -> None:
    cancellation = Cancellation()
    let_go = threading.Event()

    def deaf(_: Attempt) -> None:
        cancellation.cancel()
        let_go.wait()

    project.models["a"] = Model("select 1 as x", before=deaf)
    assert statuses(project.run(project.plan(), cancellation=cancellation, grace=0.1)) == {"a": "canceled"}
    let_go.set()


def test_a_run_that_nobody_iterates_to_its_end_is_cancelled(project: SmallProject) -> None:
    chain(project)
    events = project.execute(project.plan())
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert project.state.runs(RunFilter())[0].status == "canceled"


def test_secrets_are_taken_out_of_what_is_told_and_recorded(project: SmallProject) -> None:
    project.models["a"] = Model("select error('password is hunter2') as x")
    events = project.run(project.plan(), redact=lambda text: text.replace("hunter2", "***"))
    (ended,) = (event for event in events if isinstance(event, StepFinished))
    assert "hunter2" not in ended.message
    assert "***" in project.state.steps(events[-1].run_id)[0].message  # type: ignore[union-attr]


def test_threads_share_the_work(project: SmallProject) -> None:
    meeting = threading.Barrier(2)
    project.models.update(
        a=Model("select 1 as x", before=lambda _: (meeting.wait(10), None)[1]),
        b=Model("select 1 as x", before=lambda _: (meeting.wait(10), None)[1]),
    )
    assert statuses(project.run(project.plan())) == {"a": "success", "b": "success"}
    assert len(project.threads) == 2


def test_what_was_read_is_what_was_there_when_the_step_began(project: SmallProject) -> None:
    began, go_on = threading.Event(), threading.Event()
    chain(project)
    project.run(project.plan())
    project.models["b"] = Model("select x + 1 as x from {a}", before=lambda _: (began.set(), go_on.wait(10), None)[2])
    slow = threading.Thread(target=lambda: project.run(project.plan(select=["b"])))
    slow.start()
    began.wait(10)
    project.run(project.plan(select=["a"]))
    go_on.set()
    slow.join()
    plan = project.plan(changed=True)
    assert {output.id: output.reasons for step in plan.steps for output in step.makes}["b"] == (
        "upstream a built after this read it",
    )
