"""Plans as text: which steps, in which order, behind which others, and why."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assetc.compiler.asset import Asset, Check, CheckConfig, Edge, Graph, NodeId
from assetc.compiler.config import AssetConfig
from assetc.compiler.graph import connect
from assetc.compiler.place import TextId, file_span
from assetc.compiler.plan import ExecuteCheck, Plan, RunBody, Step
from assetc.compiler.planning.make_plan import PlanRequest, make_plan
from assetc.compiler.planning.staleness import Recorded, Remembered, physical_settings
from assetc.compiler.selection.request import Selected
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation


def asset(name: str, kind: str = "model", version: str = "v1", **config: object) -> Asset:
    settings = AssetConfig(**config)  # type: ignore[arg-type]
    relation = None if settings.materialized == "ephemeral" else Relation("db", "main", name)
    text = TextId(f"{name}.sql")
    return Asset(AssetKey(name), kind, text, file_span(text.path), settings, relation, version)  # type: ignore[arg-type]


def graph(text: str, checks: Iterable[Check] = (), **kinds: Asset) -> Graph:
    """`a b > c` is: c reads a and b. `kinds` are the assets that are not simple tables."""
    edges, names = [], set[str]()
    for line in text.split(","):
        up, _, down = line.partition(">")
        names |= {*up.split(), *down.split()}
        edges += [Edge(AssetKey(d), AssetKey(u), "sql", file_span("x")) for d in down.split() for u in up.split()]
    assets = {AssetKey(name): kinds.get(name) or asset(name) for name in sorted(names)}
    connected, problems = connect(assets, {}, tuple(checks), edges)
    assert not problems
    return connected


def check(name: str, *assets: str, severity: str = "error") -> Check:
    config = CheckConfig(severity=severity)  # type: ignore[arg-type]
    return Check(NodeId("test", "shop", name), name, "unique", tuple(map(AssetKey, assets)), config, file_span("x"))


def everything(found: Graph, *left_out: str) -> Selected:
    keys = frozenset(key for key in found.assets if key.name not in left_out)
    return Selected(keys, nodes=frozenset(found.checks))


def built(found: Graph, **inputs: dict[str, str]) -> dict[AssetKey, Recorded]:
    """Every asset of the graph as it would be recorded after a run; `inputs` replaces what some of them read."""
    recorded = {}
    for key, item in found.assets.items():
        view = item.config.materialized == "view"
        read = {up.name: item.code_version if view else f"e_{up.name}" for up in found.upstream[key]}
        read = inputs.get(key.name, read)
        version = item.code_version if view else f"e_{key.name}"
        recorded[key] = Recorded(
            f"e_{key.name}",
            1.0,
            item.code_version,
            version,
            item.code_version,
            physical_settings(item),
            item.relation,
            {AssetKey(name): value for name, value in read.items()},
            "view" if view else "table",
        )
    return recorded


def shown(plan: Plan) -> list[str]:
    return [_line(step) for step in plan.steps]


def _line(step: Step) -> str:
    after = f" after {' '.join(step.after)}" if step.after else ""
    if isinstance(step.work, ExecuteCheck):
        return f"{step.id}{after}{' as a gate' if step.work.gate_of else ''}"
    reasons = ", ".join(reason for output in step.makes for reason in output.reasons)
    return f"{'reuse ' if step.is_reused else ''}{step.id}{after}: {reasons}"


def test_run_executes_everything_selected_behind_what_it_needs() -> None:
    found = graph("a b > c, c > d")
    assert shown(make_plan(found, everything(found), PlanRequest("run"))) == [
        "a: first build",
        "b: first build",
        "c after a b: first build",
        "d after c: first build",
    ]
    again = make_plan(found, everything(found), PlanRequest("run"), Remembered(built(found)))
    assert shown(again) == ["a: selected", "b: selected", "c after a b: selected", "d after c: selected"]


def test_steps_wait_for_the_nearest_executed_step_through_what_is_not_executed() -> None:
    found = graph("a > b, b > e, e > c, c > d", e=asset("e", materialized="ephemeral"))
    plan = make_plan(found, everything(found, "b", "c"), PlanRequest("run"), Remembered(built(found)))
    assert [(step.id, step.after) for step in plan.steps] == [("a", ()), ("d", ("a",))]


BEFORE = PlanRequest("build", publish="before_checks")


def one_and_two() -> dict[str, Asset]:
    made = (replace(asset(name, "python"), text=TextId("m.py"), step_name="m") for name in ("one", "two"))
    return {item.key.name: item for item in made}


def test_what_one_function_makes_is_one_step_that_waits_for_what_any_of_it_needs() -> None:
    found = graph("one > below, z > two, w > other", **one_and_two())
    plan = make_plan(found, everything(found), PlanRequest("run"))
    assert [(step.id, step.after) for step in plan.steps] == [
        ("w", ()),
        ("other", ("w",)),
        ("z", ()),
        ("m.py:m", ("z",)),
        ("below", ("one",)),
    ]
    (step,) = (step for step in plan.steps if isinstance(step.work, RunBody))
    assert [output.id for output in step.makes] == ["one", "two"] and step.work.name == "m"
    alone = make_plan(found, everything(found, "two"), PlanRequest("run"))
    assert [step.after for step in alone.steps if step.id == "m.py:m"] == [()]


def test_what_is_fresh_of_one_function_is_reused_and_the_rest_is_made() -> None:
    found = graph("one > below, two", **one_and_two())
    recorded = built(found)
    del recorded[AssetKey("two")]
    plan = make_plan(found, everything(found), PlanRequest("run", changed=True), Remembered(recorded))
    assert shown(plan) == ["reuse one: fresh", "reuse below: fresh", "m.py:m: first build"]


def test_a_check_of_one_output_holds_back_what_is_below_and_not_its_own_step() -> None:
    found = graph("one > two, two > below, z > two", [check("ok", "one"), check("both", "one", "z")], **one_and_two())
    assert shown(make_plan(found, everything(found), BEFORE)) == [
        "z: first build",
        "m.py:m after z: first build, first build",
        "check:shop/both after one z",
        "check:shop/ok after one",
        "below after two: first build",
    ]


def test_a_step_carries_its_connection() -> None:
    found = graph("a > b", [check("a_ok", "a")])
    plan = make_plan(found, everything(found), PlanRequest("build", connection="dev"))
    assert {step.connection for step in plan.steps} == {"dev"}


def test_ephemeral_models_are_inlined_in_their_readers() -> None:
    found = graph("a > e, e > c", e=asset("e", materialized="ephemeral", version="v7"))
    (_, step) = make_plan(found, everything(found), PlanRequest("run")).steps
    (output,) = step.makes
    assert (step.after, output.reads, output.inlined) == (("a",), (AssetKey("a"),), ((AssetKey("e"), "v7"),))


def test_run_loads_the_seeds_whose_content_changed() -> None:
    found = graph("s t > a", s=asset("s", "seed"), t=asset("t", "seed"))
    recorded = built(found)
    changed = graph("s t > a", s=asset("s", "seed", version="v2"), t=asset("t", "seed"))
    assert shown(make_plan(changed, everything(found), PlanRequest("run"), Remembered(recorded))) == [
        "s: seed content changed",
        "reuse t: seed content unchanged",
        "a after s: upstream s is stale",
    ]


def test_a_dbt_run_leaves_seeds_alone_and_seed_builds_only_them() -> None:
    found = graph("s > a", s=asset("s", "seed"))
    assert shown(make_plan(found, everything(found), PlanRequest("run", seeds="none"))) == ["a: first build"]
    assert shown(make_plan(found, everything(found), PlanRequest("seed"))) == ["s: first build"]


def test_changed_reuses_what_is_fresh_and_says_why_the_rest_is_not() -> None:
    found = graph("a > b, b > c, a > d")
    recorded = built(found, b={"a": "e_old"})
    plan = make_plan(found, everything(found), PlanRequest("run", changed=True), Remembered(recorded))
    assert shown(plan) == [
        "reuse a: fresh",
        "b: upstream a built after this read it",
        "c after b: upstream b is stale",
        "reuse d: fresh",
    ]


def test_reused_steps_are_no_obstacle_between_executed_ones() -> None:
    """The view `v` stays, so that `b` has to wait for the table behind it."""
    kinds = {"t": asset("t", version="v1"), "v": asset("v", materialized="view")}
    found = graph("t > v, v > b", **kinds)
    recorded = built(found, b={"v": "v1", "t": "e_t"})
    gone = {Relation("db", "main", "v"): "view", Relation("db", "main", "b"): "table"}
    plan = make_plan(found, everything(found), PlanRequest("run", changed=True), Remembered(recorded, gone))  # type: ignore[arg-type]
    assert shown(plan) == ["t: relation is gone", "reuse v: fresh", "b after t: upstream t is missing"]


def test_full_refresh_is_a_reason_and_a_model_can_refuse_it() -> None:
    found = graph("a > b", b=asset("b", materialized="incremental", full_refresh=False))
    plan = make_plan(found, everything(found), PlanRequest("run", full_refresh=True), Remembered(built(found)))
    assert shown(plan) == ["a: full refresh", "b after a: selected"]
    assert [output.full_refresh for step in plan.steps for output in step.makes] == [True, False]


def test_build_has_checks_in_place_and_they_hold_back_what_is_downstream() -> None:
    found = graph("a > b, b > c", [check("a_ok", "a"), check("b_soft", "b", severity="warn")])
    assert shown(make_plan(found, everything(found), BEFORE)) == [
        "a: first build",
        "check:shop/a_ok after a",
        "b after a check:shop/a_ok: first build",
        "check:shop/b_soft after b",
        "c after b: first build",
    ]


def test_a_check_of_several_assets_holds_back_only_what_is_below_all_of_them() -> None:
    found = graph("a > x, b > y, x y > z, z > end", [check("both", "a", "b")])
    assert shown(make_plan(found, everything(found), BEFORE)) == [
        "a: first build",
        "b: first build",
        "check:shop/both after a b",
        "x after a: first build",
        "y after b: first build",
        "z after check:shop/both x y: first build",
        "end after z: first build",
    ]


def test_a_check_that_reads_an_asset_and_what_is_below_it_closes_no_cycle() -> None:
    found = graph("a > b, b > c", [check("ends", "a", "c")])
    assert shown(make_plan(found, everything(found), BEFORE))[-1] == "check:shop/ends after a c"


def test_blocking_checks_of_one_table_are_gates_and_others_are_not() -> None:
    checks = [check("one", "a"), check("soft", "a", severity="warn"), check("two", "a", "b"), check("on_view", "v")]
    found = graph("a > b, a > v, b > d", checks, v=asset("v", materialized="view"))
    plan = make_plan(found, everything(found), PlanRequest("build"))
    assert shown(plan) == [
        "a: first build",
        "check:shop/one after a as a gate",
        "check:shop/soft after a",
        "b after a: first build",
        "check:shop/two after a b",
        "d after b check:shop/two: first build",
        "v after a: first build",
        "check:shop/on_view after v",
    ]
    assert plan.steps[0].makes[0].gates == ("check:shop/one",)


def test_a_check_of_an_ephemeral_model_waits_for_what_it_reads_and_holds_back_its_readers() -> None:
    checks = [check("one", "e"), check("with_b", "e", "b")]
    found = graph("a > e, e > b, e b > c, a > z", checks, e=asset("e", materialized="ephemeral"))
    assert shown(make_plan(found, everything(found), PlanRequest("build"))) == [
        "a: first build",
        "check:shop/one after a",
        "b after a check:shop/one: first build",
        "check:shop/with_b after a b",
        "c after a b check:shop/one check:shop/with_b: first build",
        "z after a: first build",
    ]


def test_a_model_decides_itself_when_it_is_published() -> None:
    found = graph("a > b", [check("a_ok", "a")], a=asset("a", publish="before_checks"))
    plan = make_plan(found, everything(found), PlanRequest("build"))
    assert shown(plan)[1:] == ["check:shop/a_ok after a", "b after a check:shop/a_ok: first build"]


def test_a_check_of_reused_assets_runs_unless_it_passed_on_these_data() -> None:
    found = graph("a > b, b > c", [check("a_ok", "a"), check("b_ok", "b")])
    recorded = built(found, c={"b": "e_old"})
    remembered = Remembered(recorded, verified=frozenset({NodeId("test", "shop", "a_ok")}))
    assert shown(make_plan(found, everything(found), PlanRequest("build", changed=True), remembered)) == [
        "reuse a: fresh",
        "reuse b: fresh",
        "check:shop/b_ok after b",
        "c after b check:shop/b_ok: upstream b built after this read it",
    ]


def test_test_executes_checks_alone() -> None:
    found = graph("a > b", [check("b_ok", "b"), check("a_ok", "a")])
    assert shown(make_plan(found, everything(found), PlanRequest("test"))) == ["check:shop/a_ok", "check:shop/b_ok"]


def test_a_chain_of_three_thousand_is_no_problem() -> None:
    found = graph(", ".join(f"m{n:04} > m{n + 1:04}" for n in range(3000)))
    plan = make_plan(found, everything(found), PlanRequest("build"))
    assert plan.steps[-1].after == ("m2999",)


NAMES = [f"a{number}" for number in range(12)]


@given(
    edges=st.lists(
        st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1]), max_size=30
    ),
    checks=st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True), max_size=8),
    selected=st.sets(st.sampled_from(NAMES)),
    ephemeral=st.sets(st.sampled_from(NAMES)),
    publish=st.sampled_from(["after_checks", "before_checks"]),
)
@settings(max_examples=150, deadline=None)
def test_every_step_stands_behind_those_it_waits_for(
    edges: list[tuple[int, int]], checks: list[list[str]], selected: set[str], ephemeral: set[str], publish: str
) -> None:
    text = ", ".join([*(f"{NAMES[up]} > {NAMES[down]}" for up, down in edges), *(f"{name} >" for name in NAMES)])
    kinds = {name: asset(name, materialized="ephemeral") for name in ephemeral}
    found = graph(text, [check(f"c{place}", *assets) for place, assets in enumerate(checks)], **kinds)
    chosen = Selected(frozenset(map(AssetKey, selected)), nodes=frozenset(found.checks))
    request = PlanRequest("build", publish=publish)  # type: ignore[arg-type]
    plan = make_plan(found, chosen, request)
    seen: set[str] = set()
    for step in plan.steps:
        assert seen.issuperset(step.after)
        seen.add(step.id)
    assert len(seen) == len(plan.steps) == len(selected - ephemeral) + len(checks)
    assert make_plan(found, chosen, request) == plan


@pytest.mark.parametrize("command", ["run", "build", "seed", "test"])
def test_nothing_selected_is_an_empty_plan(command: str) -> None:
    request = PlanRequest(command)  # type: ignore[arg-type]
    assert make_plan(graph("a > b"), Selected(), request).steps == ()
