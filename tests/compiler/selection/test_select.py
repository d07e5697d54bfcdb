"""Selection in a native project: names, what is ours beside dbt's grammar, and what is wrong."""

from __future__ import annotations

import pytest
import yaml

from assetc.compiler.place import file_span
from assetc.compiler.rules import DBT, NATIVE
from assetc.compiler.selection.definitions import read_definitions
from assetc.compiler.selection.request import Selected, SelectionEnvironment, SelectionRequest
from assetc.compiler.selection.select import nothing_to_build, select
from assetc.definitions.key import AssetKey

SHOP = """
    source ghosts:
    source crm/users:
    raw/orders: path=models/raw/orders.sql group=raw owners=ann
    mart/orders: raw/orders crm/users path=models/mart/orders.sql owners=bob,team:core
    orders: mart/orders path=models/orders.sql
    nums: kind=python path=models/nums.py
    countries: kind=seed path=seeds/countries.csv materialized=seed
    total: orders nums ghosts path=models/total.sql tags=nightly
    check unique_total_id: total
    check no_ghosts: ghosts kind=singular path=checks/no_ghosts.sql
"""


def at_the_top(steps):
    return file_span("selectors.yml")


SELECTORS = {"selectors": [{"name": "night", "definition": "tag:nightly"}]}


@pytest.fixture(scope="module")
def ask(draw):
    graph, _ = draw(SHOP)
    definitions, _ = read_definitions(SELECTORS, at_the_top)
    environment = SelectionEnvironment(NATIVE, "shop", definitions)
    return lambda *texts, **options: select(graph, SelectionRequest(texts, **options), environment)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("raw/orders", "raw/orders"),
        ("orders", "orders"),
        ("fqn:orders", "mart/orders orders raw/orders"),
        ("key:*/orders", "mart/orders raw/orders"),
        ("key:crm/*", "crm/users"),
        ("crm/users+1", "crm/users mart/orders"),
        ("ghosts", "ghosts no_ghosts"),
        ("mart.orders", "mart/orders"),
        ("models/mart", "mart/orders"),
        ("kind:python", "nums"),
        ("kind:seed kind:source", "countries crm/users ghosts no_ghosts"),
        ("owner:ann", "raw/orders"),
        ("owner:*core", "mart/orders"),
        ("group:default", "countries mart/orders nums orders total unique_total_id"),
        ("group:raw", "raw/orders"),
        ("selector:nig*", "total unique_total_id"),
        ("1+selector:night", "ghosts no_ghosts nums orders total unique_total_id"),
        ("total,tag:nightly", "total unique_total_id"),
        ("resource_type:model", "mart/orders nums orders raw/orders total unique_total_id"),
    ],
)
def test_what_a_selection_selects(ask, text, expected):
    selected, problems = ask(text)
    assert (
        " ".join(sorted([*map(str, selected.assets | selected.sources), *(node.name for node in selected.nodes)]))
        == expected
    )
    assert problems == ()


def test_nothing_asked_for_is_everything(ask):
    selected, problems = ask()
    assert (len(selected.assets), len(selected.sources), len(selected.nodes)) == (6, 2, 2)
    assert problems == ()


@pytest.mark.parametrize(
    ("text", "code", "parts"),
    [
        ("ordrs", "E115", ["nothing is named 'ordrs'", "Did you mean orders, raw/orders"]),
        ("+raw/order", "E115", ["raw/order", "raw/orders"]),
        ("nums.sql", "E115", ["nums.sql"]),
        ("fqn:totals", "E115", ["Did you mean total?"]),
        ("tags:nightly", "E115", ["unknown selection method 'tags'", "Did you mean tag?"]),
        ("selector:nigth", "E115", ["Did you mean night?"]),
        ("resource_type:modle", "E115", ["Did you mean model"]),
        ("test_type:nope", "E115", ["generic, schema, singular, unit, data"]),
        ("source:a.b.c.d", "E115", ["too many dots"]),
        ("@orders+", "E115", ["both @ and a trailing +"]),
        ("orders,", "E115", ["names nothing"]),
        ("+", "E115", ["names nothing"]),
        ("config:x", "E115", ["no configuration key"]),
        ("column:orders.id", "E160", ["'column' is not built yet"]),
        ("state:modified", "E160", ["'state' is not built yet"]),
        ("result:error", "E160", ["'result' is not built yet"]),
        ("source_status:fresher", "E160", ["'source_status' is not built yet"]),
        ("tag:none", "W215", ["tag:none selects nothing"]),
        ("exposure:weekly", "W215", ["exposure:weekly selects nothing"]),
        ("orders tag:none", "W215", ["tag:none selects nothing"]),
        ("orders,total", "W215", ["orders,total selects nothing"]),
        ("ordrs*", "W215", ["ordrs* selects nothing"]),
    ],
)
def test_what_is_wrong_with_a_question(ask, text, code, parts):
    _, (problem,) = ask(text)
    assert problem.code == code
    assert all(part in f"{problem.message} {problem.hint}" for part in parts)


def test_a_wrong_name_that_is_only_excluded_is_a_warning(ask):
    selected, (problem,) = ask("orders", exclude=("ordrs",))
    assert selected.assets == {AssetKey("orders")}
    assert problem.code == "W216" and "Did you mean orders" in problem.hint


def test_in_a_dbt_project_a_wrong_name_selects_nothing(draw):
    graph, _ = draw("orders:")
    selected, problems = select(graph, SelectionRequest(("ordrs",)), SelectionEnvironment(DBT))
    assert not selected
    assert [(problem.code, problem.severity) for problem in problems] == [("W215", "warning")]


def test_a_source_alone_cannot_be_built(draw):
    users, orders = AssetKey("users"), AssetKey("orders")
    graph, _ = draw(SHOP)
    assert nothing_to_build(Selected(frozenset((orders,)), frozenset((users,))), graph, ()) == ()
    assert nothing_to_build(Selected(), graph, ()) == ()
    (problem,) = nothing_to_build(Selected(sources=frozenset((users,))), graph, ())
    assert problem.code == "E115" and problem.message == "users is a source" and "users+" in problem.hint


def test_the_default_selector_counts_when_nothing_else_is_asked_for(draw):
    graph, _ = draw("a: tags=x\nb:")
    content = {"selectors": [{"name": "mine", "default": True, "definition": {"tag": "x"}}]}
    environment = SelectionEnvironment(definitions=read_definitions(content, at_the_top)[0])
    assert select(graph, SelectionRequest(), environment)[0].assets == {AssetKey("a")}
    assert select(graph, SelectionRequest(("b",)), environment)[0].assets == {AssetKey("b")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selectors: [{name: a}]", "selector 'a' needs a name and a definition"),
        ("selectors: {a: b}", "the file has no list `selectors`"),
        ("just text", "the file has no list `selectors`"),
        ("selectors: [{name: a, definition: {union: x}}]", "selector 'a' has a `union` that is no list"),
        (
            "selectors: [{name: a, definition: [x]}]",
            "selector 'a' has ['x'] where a text or a mapping is expected",
        ),
        (
            "selectors: [{name: a, definition: {method: tag, valu: x}}]",
            "selector 'a' has no key `valu`",
        ),
        ("selectors: [{name: a, definition: {method: tag, value: x, parent: 1}}]", "selector 'a' has no key `parent`"),
        ("selectors: [{name: a, definition: {tags: x}}]", "unknown selection method 'tags'"),
        (
            "selectors: [{name: a, definition: {union: [{exclude: [x]}, {exclude: [y]}]}}]",
            "selector 'a' has a second `exclude` in one union",
        ),
        (
            "selectors: [{name: a, definition: {method: tag, value: x, indirect_selection: all}}]",
            "indirect_selection is one of eager, cautious, buildable, empty",
        ),
        ("selectors: [{name: a, definition: x}, {name: a, definition: y}]", "two selectors are named 'a'"),
        (
            "selectors: [{name: a, default: true, definition: x}, {name: b, default: true, definition: y}]",
            "several selectors are the default: a, b",
        ),
        (
            "selectors: [{name: a, definition: 'selector:b'}, {name: b, definition: {selector: a}}]",
            "selectors need each other: a, b",
        ),
    ],
)
def test_what_is_wrong_with_a_definition(text, message):
    definitions, faults = read_definitions(yaml.safe_load(text), at_the_top)
    problem = (*faults, *(fault for each in definitions.values() for fault in each.faults))[0]
    assert message in problem.message
    assert problem.code in ("E161", "E115") and problem.span is not None and problem.span.path == "selectors.yml"
