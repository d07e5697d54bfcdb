"""Properties: what is written can be read again; a selection is what its definition says, computed slowly."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assetc.compiler.rules import DBT
from assetc.compiler.selection.parse import METHODS, parse_criterion, parse_selection
from assetc.compiler.selection.request import (
    Criterion,
    Definition,
    Difference,
    Intersection,
    SelectionEnvironment,
    SelectionRequest,
    Union,
    expression_text,
)
from assetc.compiler.selection.select import select

depths = st.one_of(st.none(), st.integers(0, 99))
values = st.from_regex(r"[a-zA-Z_*?\[\]/.-][\w*?\[\]/.-]*", fullmatch=True)
criteria = st.builds(
    Criterion,
    value=values,
    method=st.one_of(st.none(), st.sampled_from([method for method in METHODS if method != "config"])),
    parents=depths,
    children=depths,
)
around = criteria.map(lambda criterion: replace(criterion, childrens_parents=True, children=0))
config = st.builds(Criterion, values, st.just("config"), st.sampled_from([("tags",), ("meta", "level")]))
terms = st.one_of(criteria, around, config)
words = st.one_of(terms, st.lists(terms, min_size=2, max_size=3).map(lambda parts: Intersection(tuple(parts))))


@given(st.lists(words, min_size=1, max_size=4))
def test_what_is_written_is_read_again(parts):
    expression = parts[0] if len(parts) == 1 else Union(tuple(parts))
    assert parse_selection([expression_text(expression)]) == (expression, ())


@given(st.text(max_size=30))
def test_any_text_is_an_expression_or_a_problem(text):
    expression, problems = parse_selection([text])
    assert expression_text(expression) is not None
    assert all(problem.code == "E115" for problem in problems)


@pytest.mark.parametrize(
    ("text", "criterion"),
    [
        ("orders", Criterion("orders")),
        ("+orders", Criterion("orders", parents=None)),
        ("2+orders+10", Criterion("orders", parents=2, children=10)),
        ("@tag:nightly", Criterion("nightly", "tag", childrens_parents=True)),
        ("config.meta.level:high", Criterion("high", "config", ("meta", "level"))),
        ("a+b", Criterion("a+b")),
        ("3", Criterion("3")),
        ("0+x", Criterion("x")),
        ("tag:a:b", Criterion("a:b", "tag")),
        ("models/x.sql+", Criterion("models/x.sql", children=None)),
    ],
)
def test_terms(text, criterion):
    assert parse_criterion(text) == criterion


NAMES = "abcdef"
graphs = st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] < pair[1]))
reads = st.lists(st.sets(st.sampled_from(NAMES), min_size=1, max_size=2), max_size=4)
letters = st.builds(Criterion, st.sampled_from([*NAMES, "[ace]", "*"]), st.just("key"), st.just(()), depths, depths)
trees = st.recursive(
    st.one_of(letters, letters.map(lambda criterion: replace(criterion, childrens_parents=True, children=0))),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Union(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Intersection(tuple(parts))),
        st.tuples(inner, inner).map(lambda pair: Difference(*pair)),
    ),
    max_leaves=6,
)


def steps(edges, start, end):
    """The least number of edges from `start` down to `end`, by ever longer walks; None: no way."""
    reached = {start}
    for count in range(len(NAMES) + 1):
        if end in reached:
            return count
        reached = {down for up, down in edges if up in reached}
    return None


def within(edges, start, end, depth):
    distance = steps(edges, start, end)
    return distance is not None and (depth is None or distance <= depth)


def slow(expression, edges):
    """What an expression selects among the letters, by its definition."""
    if isinstance(expression, Union):
        return set().union(*(slow(part, edges) for part in expression.parts))
    if isinstance(expression, Intersection):
        return set.intersection(*(slow(part, edges) for part in expression.parts))
    if isinstance(expression, Difference):
        return slow(expression.include, edges) - slow(expression.exclude, edges)
    found = {name for name in NAMES if name in expression.value or expression.value == "*"}
    near = {
        other
        for name, other in product(found, NAMES)
        if within(edges, other, name, expression.parents) or within(edges, name, other, expression.children)
    }
    if expression.childrens_parents:
        below = {other for name, other in product(found, NAMES) if within(edges, name, other, None)}
        near |= {other for name, other in product(below, NAMES) if within(edges, other, name, None)}
    return found | near


@settings(max_examples=200)
@given(edges=graphs, expression=trees)
def test_assets_are_selected_by_definition(draw, edges, expression):
    drawing = "\n".join(f"{name}: " + " ".join(up for up, down in edges if down == name) for name in NAMES)
    graph, _ = draw(drawing)
    environment = SelectionEnvironment(DBT, "", {"it": Definition("it", expression)})
    selected, _ = select(graph, SelectionRequest(selector="it"), environment)
    assert set(map(str, selected.assets)) == slow(expression, edges)


@given(edges=graphs, reading=reads, criterion=letters)
def test_checks_come_along_by_definition(draw, edges, reading, criterion):
    lines = [f"{name}: " + " ".join(up for up, down in edges if down == name) for name in NAMES]
    lines += [f"check t{index}: {' '.join(sorted(names))}" for index, names in enumerate(reading)]
    graph, _ = draw("\n".join(lines))
    text = expression_text(criterion)
    chosen = slow(criterion, edges)
    direct = {
        f"t{index}"
        for index, names in enumerate(reading)
        for name in names
        if criterion.children != 0
        for found in slow(replace(criterion, parents=0, children=0), edges)
        if within(edges, found, name, None if criterion.children is None else criterion.children - 1)
    }
    needed = chosen.union(*(reading[int(check[1:])] for check in direct))  # dbt: also what selected checks read
    buildable = needed | {other for name, other in product(needed, NAMES) if within(edges, other, name, None)}
    expected = {
        "empty": direct,
        "eager": direct | {f"t{i}" for i, names in enumerate(reading) if names & chosen},
        "cautious": direct | {f"t{i}" for i, names in enumerate(reading) if names <= chosen},
        "buildable": direct | {f"t{i}" for i, names in enumerate(reading) if names & chosen and names <= buildable},
    }
    for mode, checks in expected.items():
        selected, _ = select(graph, SelectionRequest((text,), indirect=mode), SelectionEnvironment(DBT))
        assert {node.name for node in selected.nodes} == checks, mode
