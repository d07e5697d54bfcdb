"""Why assets are missing or stale: each reason in the user's words."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace
from test_plan import asset, built, graph

from assetc.compiler.asset import Graph
from assetc.compiler.graph import order
from assetc.compiler.operation import RelationKind
from assetc.compiler.planning.inputs import find_inputs
from assetc.compiler.planning.staleness import Condition, Recorded, Remembered, assess
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

TABLE: RelationKind = "table"


def assessed(
    found: Graph, recorded: dict[AssetKey, Recorded], existing: frozenset[Relation] | None = None
) -> dict[AssetKey, Condition]:
    ordered = order(found, found.assets)
    held = None if existing is None else dict.fromkeys(existing, TABLE)
    return assess(found, ordered, find_inputs(found, ordered), Remembered(recorded, held))


def conditions(
    found: Graph, recorded: dict[AssetKey, Recorded], existing: Iterable[str] | None = None
) -> dict[str, str]:
    """Each asset that is not fresh, with its reasons."""
    held = None if existing is None else frozenset(Relation("db", "main", name) for name in existing)
    return {
        key.name: "; ".join(map(str, condition.reasons))
        for key, condition in assessed(found, recorded, held).items()
        if condition.freshness != "fresh"
    }


def upstream_changed(found: Graph, recorded: dict[AssetKey, Recorded]) -> set[str]:
    return {key.name for key, condition in assessed(found, recorded).items() if condition.upstream_changed}


def rebuilt(recorded: dict[AssetKey, Recorded], name: str, event_id: str, **reads: str) -> dict[AssetKey, Recorded]:
    """The records after `name` was built once more."""
    old = recorded[AssetKey(name)]
    inputs = {AssetKey(up): version for up, version in reads.items()} or old.inputs
    return {**recorded, AssetKey(name): replace(old, event_id=event_id, data_version=event_id, inputs=inputs)}


def test_nothing_is_stale_after_a_run() -> None:
    found = graph("a > b, b > c")
    assert conditions(found, built(found), ["a", "b", "c"]) == {}


def test_what_was_never_built_and_what_is_gone_is_missing() -> None:
    found = graph("a > b, b > c")
    assert conditions(found, {}) == {"a": "first build", "b": "first build", "c": "first build"}
    assert conditions(found, built(found), ["a", "c"]) == {"b": "relation is gone", "c": "upstream b is missing"}


def test_code_seeds_and_configuration_that_changed() -> None:
    recorded = built(graph("a b > c", b=asset("b", "seed")))
    found = graph(
        "a b > c",
        a=asset("a", version="v2"),
        b=asset("b", "seed", version="v2"),
        c=asset("c", materialized="incremental", unique_key=("id",)),
    )
    assert conditions(found, recorded) == {
        "a": "code changed",
        "b": "seed content changed",
        "c": "config changed: materialized table → incremental, unique_key none → id; "
        "upstream a is stale; upstream b is stale",
    }


def test_an_asset_that_lives_elsewhere_now() -> None:
    found = graph("a > b")
    recorded = built(found)
    recorded[AssetKey("b")] = replace(recorded[AssetKey("b")], relation=Relation("db", "old", "b"))
    assert conditions(found, recorded, ["a"]) == {"b": "config changed: relation db.old.b → db.main.b"}


def test_upstream_built_again_makes_all_below_stale_until_they_are_built_in_order() -> None:
    found = graph("a > b, b > c")
    recorded = rebuilt(built(found), "a", "e2")
    assert conditions(found, recorded) == {"b": "upstream a built after this read it", "c": "upstream b is stale"}
    assert upstream_changed(found, recorded) == {"b", "c"}
    recorded = rebuilt(recorded, "b", "e3", a="e2")
    assert upstream_changed(found, recorded) == {"c"}
    recorded = rebuilt(recorded, "c", "e4", b="e3")
    assert (conditions(found, recorded), upstream_changed(found, recorded)) == ({}, set())


def test_upstream_changed_is_about_data_and_never_of_what_was_not_built() -> None:
    found = graph("a > b", a=asset("a", version="v2"))
    assert upstream_changed(found, {}) == set()
    assert upstream_changed(found, built(graph("a > b"))) == set()


def test_equal_content_with_a_version_of_its_own_stops_the_wave() -> None:
    found = graph("a > b")
    recorded = built(found, b={"a": "content1"})
    recorded[AssetKey("a")] = replace(recorded[AssetKey("a")], event_id="e2", data_version="content1")
    assert conditions(found, recorded) == {}


def test_a_new_dependency() -> None:
    recorded = built(graph("a > b, z >"))
    found = graph("a z > b", b=asset("b", version="v2"))
    assert conditions(found, recorded) == {"b": "code changed; new dependency on z"}


def test_an_unchanged_view_stays_when_the_table_behind_it_is_built_again() -> None:
    """The reader of the view is stale all the same: it read the table through it."""
    found = graph("t > v, v > b", v=asset("v", materialized="view"))
    recorded = rebuilt(built(found, b={"v": "v1", "t": "e_t"}), "t", "e2")
    assert conditions(found, recorded) == {"b": "upstream t built after this read it"}


def test_a_view_is_created_again_when_what_it_names_is_defined_otherwise() -> None:
    kinds = {"v": asset("v", materialized="view")}
    recorded = built(graph("t > v, v > b", **kinds), b={"v": "v1", "t": "e_t"})
    found = graph("t > v, v > b", t=asset("t", version="v2"), **kinds)
    assert conditions(found, recorded) == {
        "t": "code changed",
        "v": "upstream t is stale",
        "b": "upstream t is stale; upstream v is stale",
    }


def test_a_view_on_a_view_that_was_created_again_alone() -> None:
    kinds = {"v": asset("v", materialized="view", version="v2"), "w": asset("w", materialized="view")}
    found = graph("v > w, w > b", **kinds)
    recorded = built(found, w={"v": "v1"}, b={"w": "v1", "v": "v1"})
    assert conditions(found, recorded) == {
        "w": "upstream v built after this read it",
        "b": "upstream v built after this read it; upstream w is stale",
    }


def test_an_ephemeral_model_that_changed_makes_its_readers_stale() -> None:
    recorded = built(graph("a > b"), b={"a": "e_a", "e": "v1"})
    found = graph("a > e, e > b", e=asset("e", materialized="ephemeral", version="v2"))
    assert conditions(found, recorded) == {"b": "ephemeral e changed"}


def test_a_value_that_is_no_relation_is_not_looked_for_in_the_warehouse() -> None:
    found = graph("a > b")
    recorded = built(found)
    recorded[AssetKey("a")] = replace(recorded[AssetKey("a")], relation=None)
    assert conditions(found, recorded, ["b"]) == {}


def test_a_new_kind_of_storage_is_told_once() -> None:
    recorded = built(graph("a > b", a=asset("a", materialized="view")), b={"a": "v1"})
    assert conditions(graph("a > b"), recorded) == {
        "a": "config changed: materialized view → table",
        "b": "upstream a is stale",
    }
