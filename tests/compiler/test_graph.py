"""Adjacency, cycles, order and walks."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from assetc.compiler.graph import ancestors, descendants, order, order_below, path_between
from assetc.compiler.lineage_tree import lineage_tree
from assetc.compiler.rules import DBT, NATIVE
from assetc.definitions.key import AssetKey


def keys(text):
    return tuple(map(AssetKey, text.split()))


def text(found):
    return " ".join(map(str, found))


def test_adjacency_is_sorted_and_without_duplicates(draw):
    graph, problems = draw("""
        source users:
        b: users c
        a: c b c
        c:
    """)
    assert problems == ()
    assert graph.upstream == {
        AssetKey("a"): keys("b c"),
        AssetKey("b"): keys("c users"),
        AssetKey("c"): (),
        AssetKey("users"): (),
    }
    assert graph.downstream[AssetKey("c")] == keys("a b")


def test_what_is_not_known_and_what_reads_itself_is_no_edge(draw):
    graph, problems = draw("a: a ghost")
    assert graph.upstream == {AssetKey("a"): ()}
    assert problems == () and graph.edges == ()


def test_a_cycle_names_every_edge_and_its_place(draw):
    _, (problem,) = draw("""
        a: c
        b: a
        c: b
    """)
    assert (problem.code, problem.severity) == ("E103", "error")
    assert problem.message == (
        "assets need each other: a -> c -> b -> a (a reads c at models/a.sql:1, c reads b at models/c.sql:1, "
        "b reads a at models/b.sql:1)"
    )
    assert str(problem.span) == "models/a.sql:1:1"
    assert [(note.span.path, note.label) for note in problem.related] == [
        ("models/c.sql", "c reads b"),
        ("models/b.sql", "b reads a"),
    ]


def test_each_independent_cycle_is_told_once(draw):
    _, problems = draw("""
        a: b
        b: a c
        c: b
        x: y
        y: x
        z: a x
    """)
    assert [problem.message.partition(" (")[0] for problem in problems] == [
        "assets need each other: a -> b -> a",
        "assets need each other: b -> c -> b",
        "assets need each other: x -> y -> x",
    ]


def test_a_long_cycle_is_told_without_its_middle(draw):
    count = 5000
    lines = [f"n{index:04}: n{(index + 1) % count:04}" for index in range(count)]
    _, (problem,) = draw("\n".join(lines))
    assert "n0000 -> n0001" in problem.message and "(4989 more)" in problem.message
    assert len(problem.message) < 1000 and len(problem.related) == 11


@pytest.mark.parametrize(
    ("drawing", "rules", "left"),
    [
        ("a: ~b\nb: a", NATIVE, "b<a"),
        ("a: ~b\nb: ~a", NATIVE, "a<b"),
        ("a: b\nb: ref>a", DBT, "b<a"),
        ("a: ~b c\nb: a\nc: ~b", NATIVE, "a<c b<a"),
        ("a: ~b\nb: c\nc: a\nd: ~a", NATIVE, "b<c c<a d<a"),
    ],
)
def test_an_edge_that_is_not_sure_never_closes_a_cycle(draw, drawing, rules, left):
    graph, problems = draw(drawing, rules)
    assert " ".join(f"{edge.down}<{edge.up}" for edge in graph.edges) == left
    assert {(problem.code, problem.severity) for problem in problems} == {("W217", "note")}


def test_a_declared_cycle_is_an_error_in_a_dbt_project_too(draw):
    _, problems = draw("a: ref>b\nb: ref>a", DBT)
    assert [problem.code for problem in problems] == ["E103"]


def test_order_keeps_needs_that_go_through_what_is_not_asked_for(draw):
    graph, _ = draw("""
        a: m
        m: z
        z:
        b:
    """)
    assert order(graph, keys("a b z")) == keys("b z a")


@pytest.mark.parametrize("seed", range(10))
def test_a_part_is_ordered_as_in_the_whole(draw, seed):
    chance = random.Random(seed)
    names = [f"n{number:02}" for number in range(30)]
    chance.shuffle(names)
    needs = [chance.sample(names[:place], min(place, chance.randrange(4))) for place in range(30)]
    graph, _ = draw("\n".join(f"{name}: {' '.join(ups)}" for name, ups in zip(names, needs, strict=True)))
    whole = order(graph, graph.assets)
    part = frozenset(chance.sample(whole, 7))
    assert order(graph, part) == tuple(key for key in whole if key in part)
    below = order_below(graph, part)
    assert set(below) == part | descendants(graph, part, None)
    assert all(below.index(up) < place for place, key in enumerate(below) for up in graph.upstream[key] if up in below)


def test_order_of_a_broken_graph_has_everything(draw):
    graph, _ = draw("a: b\nb: a\nc: a\nd:")
    assert order(graph, keys("d c b a")) == keys("d a b c")


def test_walks_to_a_depth(draw):
    graph, _ = draw("b: a\nc: b\nd: c x\na:\nx:")
    assert text(sorted(ancestors(graph, keys("d"), 1))) == "c x"
    assert text(sorted(ancestors(graph, keys("d c"), None))) == "a b c x"
    assert text(sorted(descendants(graph, keys("a"), 2))) == "b c"
    assert ancestors(graph, keys("d"), 0) == frozenset()


def test_path_between(draw):
    graph, _ = draw("b: a\nc: b a\nd: c\ne:\na:")
    assert path_between(graph, AssetKey("a"), AssetKey("d")) == keys("a c d")
    assert path_between(graph, AssetKey("d"), AssetKey("a")) == ()
    assert path_between(graph, AssetKey("a"), AssetKey("a")) == keys("a")


def test_chains_and_fans_of_thousands(draw):
    chain = ["n0000:", *(f"n{index:04}: n{index - 1:04}" for index in range(1, 5000))]
    graph, problems = draw("\n".join(chain))
    assert problems == () and len(ancestors(graph, keys("n4999"), None)) == 4999
    assert order(graph, keys("n4999 n0000")) == keys("n0000 n4999")
    assert len(path_between(graph, AssetKey("n0000"), AssetKey("n4999"))) == 5000
    assert len(lineage_tree(graph, AssetKey("n4999"), None, None).up) == 4999
    fan, problems = draw("\n".join(["hub:", *(f"leaf{index}: hub" for index in range(10_000))]))
    assert problems == () and len(descendants(fan, keys("hub"), 1)) == 10_000


def test_a_graph_without_cycles_needs_no_networkx():
    imports = "assetc.compiler.graph, assetc.compiler.selection.select"
    code = f"import sys, {imports}; print('networkx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


def show(branches):
    """The tree as it is printed, a repeated branch with dots."""
    rows = []
    for branch in branches:
        *levels, last = branch.lasts
        indent = "".join("    " if level else "|   " for level in levels)
        rows.append(f"{indent}{'`-- ' if last else '|-- '}{branch.key}{' ...' if branch.repeated else ''}")
    return "\n".join(rows)


def test_a_lineage_tree_unfolds_each_asset_once_where_it_is_nearest(draw):
    graph, _ = draw("""
        mart: deep near
        deep: mid
        mid: near
        near: raw
        raw:
        report: mart
    """)
    tree = lineage_tree(graph, AssetKey("mart"), None, 1)
    assert show(tree.up) == (
        "|-- deep\n"
        "|   `-- mid\n"
        "|       `-- near ...\n"
        "`-- near\n"
        "    `-- raw"
    )  # fmt: skip
    assert show(tree.down) == "`-- report"
    assert show(lineage_tree(graph, AssetKey("mart"), 1, 0).up) == "|-- deep\n`-- near"
