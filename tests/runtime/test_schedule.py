"""Which step is next."""

from __future__ import annotations

from assetc.compiler.asset import Asset
from assetc.compiler.config import AssetConfig
from assetc.compiler.place import TextId, file_span
from assetc.compiler.plan import MATERIALIZE, Output, RunBody, Step
from assetc.definitions.key import AssetKey
from assetc.runtime.execution.schedule import Schedule


def step(name: str, after: str, *others: str) -> Step:
    outputs = (Output(each, _asset(each), ("selected",)) for each in (name, *others))
    return Step(name, tuple(outputs), RunBody(name) if others else MATERIALIZE, "dev", tuple(after.split()))


def _asset(name: str) -> Asset:
    text = TextId(f"{name}.sql")
    return Asset(AssetKey(name), "model", text, file_span(text.path), AssetConfig(), None, "v1")


def schedule(usual: dict[str, float] | None = None, **after: str) -> Schedule:
    return Schedule([step(name, ups) for name, ups in after.items()], usual or {})


def taken(found: Schedule) -> list[str]:
    steps = []
    while (step := found.start_next()) is not None:
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
    first = found.start_next()
    assert first is not None
    assert [step.id for step in found.drop_rest()] == ["b", "c"]
    assert [step.id for step in found.running()] == ["a"]
    found.end(first)
    assert found.is_over
    assert found.start_next() is None


def test_of_a_step_with_several_outputs_each_releases_and_holds_back_its_own() -> None:
    found = Schedule([step("m", "", "v"), step("on_m", "m"), step("on_v", "v"), step("on_both", "m v")], {})
    first = found.start_next()
    assert first is not None
    found.end(first)
    found.succeed("m")
    assert [each.id for each in found.fail("v")] == ["on_v", "on_both"]
    assert taken(found) == ["on_m"]
