"""`materialize()`: what runs, in which order, how values pass, and what is said when something is wrong."""

import asyncio
import sqlite3
import tempfile

import pytest

from assetc import (
    AssetIn,
    AssetKey,
    AssetOut,
    AssetSpec,
    Definitions,
    FilesystemIOManager,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidSelectionError,
    InvariantError,
    IOManager,
    MaterializeResult,
    Output,
    SourceAsset,
    ValueNotFoundError,
    asset,
    materialize,
    materialize_to_memory,
    multi_asset,
)


def body(*_):
    return 1


def made(result):
    return [str(event.asset_key) for event in result.get_asset_materialization_events()]


def refused(assets, code, *words, kind=InvalidDefinitionError, **more):
    with pytest.raises(kind) as caught:
        materialize(assets, **more)
    assert caught.value.code == code
    for word in words:
        assert word in str(caught.value)


class Memory(IOManager):
    def __init__(self, name="memory"):
        self.name = name
        self.values = {}
        self.calls = []

    def handle_output(self, context, obj):
        self.calls.append(("store", str(context.asset_key), context.step_key, dict(context.definition_metadata)))
        self.values[context.asset_key] = obj

    def load_input(self, context):
        self.calls.append(("load", str(context.asset_key), context.name, dict(context.definition_metadata)))
        return self.values[context.upstream_output.asset_key]


def test_assets_run_after_what_they_take_in_the_given_order():
    a = asset(name="a", deps=["z"])(body)
    z = asset(name="z")(body)
    b = asset(name="b")(body)
    assert made(materialize([b, a, z])) == ["b", "z", "a"]


def test_events_come_in_dagsters_order():
    @asset
    def a():
        return 1

    @asset
    def b(a):
        return a

    steps = ["STEP_START", "STEP_OUTPUT", "ASSET_MATERIALIZATION", "HANDLED_OUTPUT", "STEP_SUCCESS"]
    result = materialize([a, b])
    loads = [steps[0], "LOADED_INPUT", "STEP_INPUT", *steps[1:]]
    assert [event.event_type_value for event in result.all_events] == ["RUN_START", *steps, *loads, "RUN_SUCCESS"]
    assert [event.event_type_value for event in result.events_for_node("b")] == loads
    assert result.asset_value("b") == 1 and result.is_node_success("a")
    with pytest.raises(InvariantError, match="no output 'nope'"):
        result.output_for_node("a", "nope")


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    result = materialize([asset(name="a")(body)])
    assert str(tmp_path) in str(result.asset_materializations_for_node("a")[0].metadata["path"].value)
    assert list(tmp_path.iterdir()) == []


def test_missing_upstreams_are_told_all_at_once_with_the_nearest_name():
    @asset
    def orders(): ...

    @asset
    def d(ordrs, nothing_like_it, con, limit=5): ...

    refused([orders, d], "E101", "ordrs", "not produced by any", "Did you mean orders?", "nothing_like_it", __file__)


def test_a_missing_upstream_is_told_with_its_namesakes():
    up = asset(key_prefix="raw/shop", name="up")(body)

    @asset(ins={"x": AssetIn("up")})
    def d(x): ...

    refused([up, d], "E101", "Did you mean raw/shop/up?")


def test_cycles_name_every_step_of_them():
    @asset
    def a(b): ...

    @asset
    def b(c): ...

    @asset
    def c(a): ...

    refused([a, b, c], "E103", "Circular", "a -> b -> c -> a", __file__)
    refused([asset(name="s", deps=["s"])(body)], "E104", "depends on itself")


def test_a_key_has_one_definition():
    a = asset(name="a")(body)
    assert materialize([a, a]).success
    refused([a, asset(name="a")(body)], "E102", "Duplicate asset key", "have the key a", __file__)


def test_a_bare_name_means_the_own_group_then_the_own_prefix_then_the_only_one():
    def reader(prefix, group):
        @asset(key_prefix=prefix, group_name=group, name="reader")
        def found(o):
            return o

        return found

    x = asset(key_prefix="x", name="o", group_name="g")(lambda: "x")
    y = asset(key_prefix="y", name="o")(lambda: "y")
    assert materialize([x, y, reader("y", "g")]).output_for_node("y__reader") == "x"
    assert materialize([x, y, reader("y", None)]).output_for_node("y__reader") == "y"
    assert materialize([x, reader("z", None)]).output_for_node("z__reader") == "x"
    refused([x, y, reader("z", None)], "E106", "x/o", "y/o")


def test_a_default_stands_in_for_an_upstream_that_nobody_makes():
    @asset
    def d(limit=10):
        return limit

    assert materialize([d]).output_for_node("d") == 10
    assert materialize([d, asset(name="limit")(body)]).output_for_node("d") == 1


def test_values_pass_through_the_manager_of_their_producer():
    shared, own = Memory(), Memory("own")

    @asset(io_manager_key="own", metadata={"unit": "EUR"})
    def a():
        return 1

    @asset(ins={"x": AssetIn("a", metadata={"columns": ["c"]})})
    def b(x):
        return x + 1

    assert materialize([a, b], resources={"io_manager": shared, "own": own}).output_for_node("b") == 2
    assert own.calls == [("store", "a", "a", {"unit": "EUR"}), ("load", "a", "x", {"columns": ["c"]})]
    assert shared.calls == [("store", "b", "b", {})]
    refused([a, b], "E109", "io manager with key 'own'", "'a'", "Did you mean owned?", resources={"owned": own})


def test_an_input_manager_reads_in_place_of_the_producers():
    class Fixed(Memory):
        def load_input(self, context):
            return 40

    @asset(ins={"a": AssetIn(input_manager_key="fixed")})
    def b(a):
        return a + 2

    assert materialize([asset(name="a")(body), b], resources={"fixed": Fixed()}).output_for_node("b") == 42


def test_a_manager_written_as_a_generator_yields_metadata():
    class Yields(Memory):
        def handle_output(self, context, obj):
            context.add_output_metadata({"a": 1})
            yield {"b": 2}

    @asset
    def a(context):
        context.add_output_metadata({"c": 3})
        return Output(1, metadata={"d": 4})

    record = materialize([a], resources={"io_manager": Yields()}).asset_materializations_for_node("a")[0]
    assert {name: value.value for name, value in record.metadata.items()} == {"a": 1, "b": 2, "c": 3, "d": 4}


def test_values_can_stay_in_memory():
    @asset
    def a():
        return body

    @asset
    def b(a):
        return a is body

    assert materialize_to_memory([a, b]).output_for_node("b") is True
    with pytest.raises(InvalidInvocationError, match="no IO manager"):
        materialize_to_memory([a], resources={"io_manager": Memory()})
    with pytest.raises(ValueNotFoundError, match="not materialized in this run"):
        materialize_to_memory([a, b], selection="b")


def test_selected_assets_read_what_an_earlier_run_stored(tmp_path):
    resources = {"io_manager": FilesystemIOManager(tmp_path)}

    @asset(key_prefix="x")
    def a():
        return 20

    @asset
    def b(a):
        return a + 1

    materialize([a, b], selection=[a], resources=resources)
    assert made(materialize([a, b], selection="b", resources=resources)) == ["b"]
    assert (tmp_path / "x" / "a").is_file()
    definitions = Definitions(assets=[a, b], resources=resources)
    assert definitions.load_asset_value("b") == 21 and definitions.load_asset_value(["x", "a"]) == 20
    with pytest.raises(ValueNotFoundError, match="Did you mean b"):
        definitions.load_asset_value("bb")
    with pytest.raises(ValueNotFoundError, match="never materialized"):
        materialize([a, b], selection="b")


def test_a_selection_names_assets_that_are_made_here():
    a = asset(name="orders")(body)
    refused([a], "E115", "Did you mean orders", kind=InvalidSelectionError, selection=["oders"])
    refused([a, SourceAsset("s")], "E115", "is a source", kind=InvalidSelectionError, selection=["s"])


def test_a_failure_stops_only_what_needs_it():
    @asset
    def bad():
        raise ValueError("boom")

    @asset
    def below(bad): ...

    @asset
    def other(): ...

    result = materialize([bad, below, other], raise_on_error=False)
    assert not result.success and made(result) == ["other"] and result.is_node_failed("bad")
    assert result.events_for_node("below") == ()


def test_the_first_failure_is_raised_before_anything_else_runs():
    ran = []

    @asset
    def bad():
        raise ValueError("boom")

    other = asset(name="other")(lambda: ran.append(1))
    with pytest.raises(ValueError, match="boom"):
        materialize([bad, other])
    assert ran == []


def test_a_body_is_called_again_if_it_asks_for_that():
    calls = []

    @asset(retries=1)
    def flaky():
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("passing")
        return len(calls)

    result = materialize([flaky])
    assert result.success and result.output_for_node("flaky") == 2
    assert [event.event_type_value for event in result.events_for_node("flaky")][:2] == [
        "STEP_START",
        "STEP_UP_FOR_RETRY",
    ]


def test_outputs_of_a_multi_asset_by_tuple_and_by_name():
    outs = {"a": AssetOut(), "b": AssetOut()}
    by_tuple = multi_asset(outs=outs, name="by_tuple")(lambda: (1, Output(2, metadata={"n": 2})))
    assert materialize([by_tuple]).asset_value("b") == 2
    by_name = multi_asset(outs=outs, name="by_name")(lambda: {"b": 4, "a": 3})
    assert materialize([by_name]).output_for_node("by_name", "b") == 4
    for wrong in ([1, 2], (1,), {"c": 1}, None):
        with pytest.raises(InvariantError):
            materialize([multi_asset(outs=outs, name="wrong")(lambda wrong=wrong: wrong)])


def test_a_body_that_can_subset_is_told_what_is_selected():
    asked = []

    @multi_asset(outs={name: AssetOut(is_required=False) for name in "abc"}, can_subset=True)
    def abc(context):
        asked.append((context.is_subset, set(context.selected_output_names), set(context.selected_asset_keys)))
        for name in sorted(context.selected_output_names):
            yield Output(name, name)

    assert made(materialize([abc], selection=["c", "a"])) == ["a", "c"]
    assert made(materialize([abc])) == ["a", "b", "c"]
    assert asked[0] == (True, {"a", "c"}, {AssetKey("a"), AssetKey("c")})
    assert asked[1][:2] == (False, {"a", "b", "c"}) and len(asked) == 2


def test_a_body_that_fails_after_its_last_output_has_failed():
    @asset
    def late():
        yield Output(1)
        raise ValueError("too late")

    below = asset(name="below", deps=["late"])(body)
    result = materialize([late, below], raise_on_error=False)
    assert not result.success and made(result) == [] and result.is_node_failed("late")


def test_outputs_that_came_before_a_failure_are_kept():
    @multi_asset(outs={"a": AssetOut(), "b": AssetOut()})
    def ab():
        yield Output(1, "a")
        raise ValueError("no b")

    below = asset(name="below", deps=["a"])(body)  # in Dagster, steps need steps
    result = materialize([ab, below], raise_on_error=False)
    assert not result.success and made(result) == ["a"] and result.is_node_failed("ab")


def test_bodies_run_in_the_thread_that_calls():
    connection = sqlite3.connect(":memory:")  # which refuses other threads
    a = asset(name="a")(lambda: connection.execute("select 1").fetchone())
    assert materialize([a]).output_for_node("a") == (1,)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_ends_the_run(kind):
    ran = []

    @asset
    def a():
        raise kind

    later = asset(name="later")(lambda: ran.append(1))
    with pytest.raises(kind):
        materialize([a, later], raise_on_error=False)
    assert ran == []


def test_results_name_their_asset():
    @multi_asset(specs=[AssetSpec("x"), AssetSpec("y", skippable=True)])
    def xy():
        yield MaterializeResult(asset_key="x", metadata={"n": 1})

    @asset(deps=["y"])
    def below(): ...

    result = materialize([xy, below])
    assert made(result) == ["x"] and result.is_node_skipped("below")
    nameless = multi_asset(specs=[AssetSpec("x"), AssetSpec("y")], name="nameless")(MaterializeResult)
    with pytest.raises(InvariantError):
        materialize([nameless])


def test_a_coroutine_runs_inside_of_a_running_loop_too():
    @asset
    async def a():
        await asyncio.sleep(0)
        return 5

    async def caller():
        return materialize([a]).output_for_node("a")

    assert asyncio.run(caller()) == 5


def test_a_body_without_a_warehouse_says_so():
    @asset
    def a(context):
        return context.execute("select 1")

    with pytest.raises(InvariantError, match="needs a warehouse"):
        materialize([a])


def test_what_is_not_built_yet_says_so():
    with pytest.raises(InvalidInvocationError, match="partition_key"):
        materialize([], partition_key="x")
    with pytest.raises(InvalidInvocationError, match="takes assets"):
        materialize([body])


def test_a_long_chain_is_no_recursion():
    chain = [asset(name="n0")(lambda: 0)]
    for number in range(1, 3000):
        up = AssetIn(AssetKey(f"n{number - 1}"))
        chain.append(asset(name=f"n{number}", ins={"x": up})(lambda x: x + 1))
    assert materialize(chain, resources={"io_manager": Memory()}).output_for_node("n2999") == 2999
