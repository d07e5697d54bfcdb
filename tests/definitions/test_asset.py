"""What definitions accept, refuse and say."""

import functools
import pickle
from typing import TYPE_CHECKING, Annotated, Any

import pytest

from assetc import (
    AssetDep,
    AssetExecutionContext,
    AssetIn,
    AssetKey,
    AssetOut,
    AssetSpec,
    From,
    InvalidDefinitionError,
    InvalidInvocationError,
    MetadataValue,
    Ref,
    SourceAsset,
    asset,
    multi_asset,
)
from assetc.definitions.errors import InvalidMetadataError
from assetc.definitions.metadata import to_metadata

if TYPE_CHECKING:
    from pandas import DataFrame
    from weather import WeatherClient


def body(*arguments):
    return arguments


def one(y):
    return y


def refused(make, *words):
    with pytest.raises(InvalidDefinitionError) as caught:
        make()
    for word in words:
        assert word in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize("path", ["", [], [""], "a//b", "/a", None])
def test_an_empty_key_is_refused(path):
    assert refused(lambda: AssetKey(path), "non-empty") == "E108"


def test_keys_are_values():
    key = AssetKey("a/b")
    assert key == AssetKey(["a", "b"]) and hash(key) == hash(AssetKey(key=("a", "b")))
    assert (str(key), key.path, key.with_prefix("x/y").to_user_string()) == ("a/b", ["a", "b"], "x/y/a/b")
    assert pickle.loads(pickle.dumps(key)) == key and key.to_string() == '["a", "b"]'
    assert AssetKey.from_coercible(["a", "b"]) == key and key.has_prefix(["a"]) and not key.has_prefix(["b"])
    assert sorted([AssetKey("b"), key, AssetKey("a")]) == [AssetKey("a"), key, AssetKey("b")]
    assert AssetKey.from_user_string("a/b") == key and AssetKey("a-b/c.d").to_python_identifier() == "a_b__c_d"


@pytest.mark.parametrize("name", ["a b", "select;", "a/b", "é!", "config", "context", "class", "input"])
def test_a_name_that_no_asset_can_have_is_refused(name):
    assert refused(lambda: asset(name=name)(lambda: 1), "not a valid name", name) == "E108"


@pytest.mark.parametrize("name", ["a-b", "a.b", "größe", "_x", "1st"])
def test_names_with_dashes_dots_and_letters_of_any_language_are_one_segment(name):
    assert asset(name=name)(lambda: 1).key.path == [name]


def test_an_unknown_argument_is_refused_with_the_nearest():
    assert refused(lambda: asset(non_argument_dep=["a"])(body), "'non_argument_dep'", "non_argument_deps") == "E181"
    assert refused(lambda: multi_asset(out={})(body), "'out'", "outs") == "E181"


def test_contradictory_arguments_are_refused():
    refused(lambda: asset(key="a", key_prefix="b")(body), "key_prefix")
    refused(lambda: asset(deps="a")(body), "deps")
    refused(lambda: asset(ins={"x": "a"})(one), "'x'", "arguments")
    refused(lambda: asset(deps=[AssetDep("a", partition_mapping=1), "a"])(body), "a twice")
    refused(lambda: AssetOut(key="a", key_prefix="b"), "key and key_prefix")
    refused(lambda: multi_asset()(body), "outs or specs")
    refused(lambda: AssetSpec("a", group_name="my group"), "group name")
    refused(lambda: asset(deps=[3])(body), "3")


def test_what_an_asset_says_of_itself():
    @asset(
        key_prefix="shop",
        deps=["a", AssetKey(["b", "c"]), SourceAsset("d"), AssetSpec("e")],
        non_argument_deps={"f"},
        group_name="g",
        tags=["daily"],
        owners=["team:x"],
        kinds={"python"},
        metadata={"priority": 1},
        materialized="incremental",
        unique_key="id",
        config={"meta": {"x": 1}},
    )
    def orders(context, raw, limit=5, con=None):
        """All orders."""

    key = AssetKey("shop/orders")
    assert (orders.key, orders.keys, orders.op.name, orders.node_def.name) == (
        key,
        {key},
        "shop__orders",
        "shop__orders",
    )
    names = {"a", "b/c", "d", "e", "f", "raw", "limit"}
    assert {str(other) for other in orders.dependency_keys} == names and set(orders.asset_deps) == {key}
    assert orders.keys_by_input_name == {"raw": AssetKey("raw"), "limit": AssetKey("limit")}
    assert (orders.group_names_by_key, orders.descriptions_by_key) == ({key: "g"}, {key: "All orders."})
    assert (orders.tags_by_key, orders.metadata_by_key) == ({key: {"daily": ""}}, {key: {"priority": 1}})
    assert orders.config == {"materialized": "incremental", "unique_key": "id", "meta": {"x": 1}}
    assert orders.place.path == __file__ and str(orders.place.line) in repr(orders)


def test_ignored_dependencies_are_none():
    @asset(deps=["a", "b"], ignore_deps=["a"])
    def d(): ...

    assert d.dependency_keys == {AssetKey("b")}


@pytest.mark.parametrize(
    ("annotation", "key"),
    [(Ref["raw.orders"], "raw.orders"), (Annotated[int, From("raw/orders")], "raw/orders"), (int, "o")],
)
def test_an_annotation_can_name_the_upstream(annotation, key):
    def d(o): ...

    d.__annotations__["o"] = annotation
    assert asset(d).dependency_keys == {AssetKey(key)}


@pytest.mark.parametrize("text", ["AssetExecutionContext", "NotImportedAnywhereContext"])
def test_a_parameter_annotated_as_a_context_is_one(text):
    def d(c): ...

    d.__annotations__["c"] = text
    assert AssetExecutionContext and asset(d).dependency_keys == set()


def test_a_name_that_only_a_type_checker_imports_is_known_by_where_it_comes_from():
    def d(o: "DataFrame", api: "WeatherClient", x: "Any") -> "DataFrame": ...

    definition = asset(d)
    assert definition.dependency_keys == {AssetKey("o"), AssetKey("x")}
    assert definition.outputs[0].annotation.dotted.endswith(".DataFrame")


def test_other_callables_than_functions_are_bodies():
    def add(a, b=1):
        return a + b

    class Body:
        def __call__(self, a):
            return a

    assert asset(functools.partial(add, b=5)).key == AssetKey("add")
    assert asset(functools.partial(add, b=5))(1) == 6
    assert asset(name="x")(Body())(3) == 3


def test_a_direct_call_is_checked():
    @asset
    def d(up, n=1): ...

    for call, words in (
        (d, 'No value provided for required input "up"'),
        (lambda: d(1, 2, 3), "Too many input arguments"),
        (lambda: d(1, up=2), "twice"),
        (lambda: d(1, x=2), "'x'"),
    ):
        with pytest.raises(InvalidInvocationError, match=words):
            call()


def test_a_multi_asset_has_a_key_for_each_output():
    @multi_asset(
        outs={"a": AssetOut(key_prefix="s"), "b": AssetOut(key="t/u", group_name="h")},
        internal_asset_deps={"b": {AssetKey("s/a")}},
        group_name="g",
    )
    def both(raw): ...

    a, b = AssetKey("s/a"), AssetKey("t/u")
    assert both.keys == {a, b} and both.keys_by_output_name == {"a": a, "b": b}
    assert both.asset_deps == {a: {AssetKey("raw")}, b: {a}} and both.group_names_by_key == {a: "g", b: "h"}
    refused(lambda: both.key, "2 assets")


def test_an_asset_with_several_keys_is_a_dependency_on_each():
    @multi_asset(specs=[AssetSpec("x"), AssetSpec("y")])
    def xy(): ...

    assert asset(deps=[xy])(body).dependency_keys == xy.keys


def test_an_input_names_a_key():
    assert AssetIn("a/b").key == AssetKey(["a", "b"])
    assert AssetIn(key_prefix="a/b").key_for("c") == AssetKey("a/b/c") and AssetIn().key_for("c") is None


def test_metadata_has_kinds():
    np = pytest.importorskip("numpy")
    given = {"a": 1, "b": 1.5, "c": True, "d": "x", "e": None, "f": [1], "g": np.int64(3), "h": AssetKey("k")}
    kinds = {name: value.kind for name, value in to_metadata(given).items()}
    assert kinds == {
        "a": "int",
        "b": "float",
        "c": "bool",
        "d": "text",
        "e": "null",
        "f": "json",
        "g": "int",
        "h": "asset",
    }
    assert MetadataValue.url("http://x").value == "http://x"
    with pytest.raises(InvalidMetadataError, match="'x' is a object"):
        to_metadata({"x": object()})


def test_a_default_can_name_the_upstream():
    raw, folk = From("raw.orders"), AssetIn("people")

    @asset
    def rows(orders=raw, people=folk, limit=10): ...

    assert [(str(item.key), item.certain) for item in rows.inputs] == [
        ("raw.orders", True),
        ("people", True),
        ("limit", False),
    ]
    assert [parameter.has_default for parameter in rows.signature.parameters] == [False, False, True]


def test_a_name_may_come_first_and_outputs_may_be_names():
    @asset("orders")
    def rows(): ...

    @multi_asset(outs=["one", "two"])
    def both(): ...

    assert str(rows.key) == "orders"
    assert sorted(map(str, both.keys)) == ["one", "two"]
