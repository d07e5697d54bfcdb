"""Which step is next."""

from __future__ import annotations

from small_project import Model, graph_of

from assetc.compiler.planning.make_plan import PlanRequest, make_plan
from assetc.compiler.selection.request import Selected
from assetc.runtime.execution.schedule import Schedule


def schedule(usual: dict[str, float] | None = None, **reads: str) -> Schedule:
    graph = graph_of({name: Model("", reads=tuple(up.split())) for name, up in reads.items()})
    return Schedule(make_plan(graph, Selected(frozenset(graph.assets)), PlanRequest("run")).steps, usual or {})


def taken(found: Schedule) -> list[str]:
    steps = []
    while (step := found.take()) is not None:
        steps.append(step.id)
    return steps


def test_of_the_ready_steps_that_with_the_longest_way_ahead_is_first() -> None:
    found = schedule(a="", b="", c="b", d="c")
    assert taken(found) == ["b", "a"]
    found.succeed("b")
    assert taken(found) == ["c"]


def test_usual_durations_decide_how_long_a_way_is() -> None:
    assert taken(schedule({"a": 60.0}, a="", b="", c="b", d="c")) == ["a", "b"]


def test_a_step_is_ready_when_all_that_it_waits_for_have_succeeded() -> None:
    found = schedule(a="", b="", c="a b")
    taken(found)
    found.succeed("a")
    assert taken(found) == []
    found.succeed("b")
    assert taken(found) == ["c"]


def test_below_a_failure_nothing_runs_and_everything_else_does() -> None:
    found = schedule(a="", b="a", c="b", d="a", e="")
    taken(found)
    assert [step.id for step in found.fail("a")] == ["b", "c", "d"]
    found.succeed("e")
    for step in found.running():
        found.end(step)
    assert found.is_over


def test_what_has_not_begun_can_be_dropped() -> None:
    found = schedule(a="", b="a", c="")
    first = found.take()
    assert first is not None
    assert [step.id for step in found.drop_rest()] == ["b", "c"]
    assert [step.id for step in found.running()] == ["a"]
    found.end(first)
    assert found.is_over
    assert found.take() is None
