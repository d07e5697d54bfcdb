"""View, table, incremental, ephemeral: what stands in the warehouse afterwards."""

from __future__ import annotations

import pytest
from contract_target import Target

from assetc.adapters.perform import Listener
from assetc.adapters.protocol import Refused, WarehouseError
from assetc.compiler.config import Hook
from assetc.compiler.place import Span
from assetc.definitions.relation import Relation

DAY_ONE = "select 1 as id, 'a' as name union all select 2, 'b'"
DAY_TWO = "select 2 as id, 'B' as name union all select 3, 'c'"


def test_a_view_shows_what_its_query_returns(target: Target) -> None:
    target.run("v", "select 1 as x -- a comment at the end", materialized="view")
    target.run("v", "select 2 as x;", materialized="view")
    assert target.table("v") == [(2,)]
    assert target.kinds() == {"v": "view"}


def test_a_table_is_replaced_as_a_whole(target: Target) -> None:
    assert target.run("t", DAY_ONE) == 2
    assert target.run("t", "select 'other' as columns, 1 as y, 2 as z") == 1
    assert target.table("t") == [("other", 1, 2)]
    assert target.kinds() == {"t": "table"}


def test_a_table_may_read_what_it_replaces(target: Target) -> None:
    target.run("t", "select 1 as x")
    target.run("t", f"select x + 1 as x from {target.name('t')}")
    assert target.table("t") == [(2,)]


@pytest.mark.parametrize("kinds", [("view", "table"), ("table", "view"), ("view", "incremental"), ("table", "seed")])
def test_a_relation_of_another_kind_is_replaced(target: Target, kinds: tuple[str, str]) -> None:
    before, after = kinds
    target.run("r", "select 1 as x", materialized=before)
    content = target.write("r.csv", "x\n2\n") if after == "seed" else "select 2 as x"
    target.run("r", content, materialized=after)
    assert target.table("r") == [(2,)]
    assert target.kinds() == {"r": "view" if after == "view" else "table"}


@pytest.mark.parametrize("kinds", [("table", "table"), ("view", "view"), ("view", "table")])
def test_a_view_of_somebody_elses_reads_what_took_the_place(target: Target, kinds: tuple[str, str]) -> None:
    target.run("r", "select 1 as x, 2 as y", materialized=kinds[0])
    target.sql(f"create view {target.name('own')} as select x + 1 as x from {target.name('r')}")
    target.sql(f"create view {target.name('second')} as select x + 1 as x from {target.name('own')}")
    target.run("r", "select 'z' as z, 5 as x", materialized=kinds[1])
    assert target.table("own") == [(6,)]
    assert target.table("second") == [(7,)]
    assert target.kinds() == {"own": "view", "r": kinds[1], "second": "view"}


def test_nothing_is_done_for_an_ephemeral_model(target: Target) -> None:
    assert target.run("e", "select 1 as x", materialized="ephemeral") is None
    assert target.kinds() == {}


@pytest.mark.parametrize(
    ("settings", "rows", "written"),
    [
        ({}, ["1 a", "2 B", "2 b", "3 c"], 2),
        ({"incremental_strategy": "append"}, ["1 a", "2 B", "2 b", "3 c"], 2),
        ({"incremental_strategy": "delete+insert"}, ["1 a", "2 B", "2 b", "3 c"], 2),
        ({"unique_key": ("id",)}, ["1 a", "2 B", "3 c"], 2),
        ({"unique_key": ("ID", "name")}, ["1 a", "2 B", "2 b", "3 c"], 2),
        ({"unique_key": ("id + 0",)}, ["1 a", "2 B", "3 c"], 2),
        ({"unique_key": ("id",), "incremental_predicates": ("id > 2",)}, ["1 a", "2 B", "2 b", "3 c"], 2),
        ({"unique_key": ("id",), "incremental_strategy": "merge"}, ["1 a", "2 B", "3 c"], 2),
        ({"incremental_strategy": "merge"}, ["1 a", "2 B", "2 b", "3 c"], 2),
        (
            {"unique_key": ("id",), "incremental_strategy": "merge", "merge_update_columns": ("id",)},
            ["1 a", "2 b", "3 c"],
            2,
        ),
        (
            {"unique_key": ("id",), "incremental_strategy": "merge", "merge_exclude_columns": ("name",)},
            ["1 a", "2 b", "3 c"],
            2,
        ),
        (
            {
                "unique_key": ("id",),
                "incremental_strategy": "merge",
                "incremental_predicates": ("DBT_INTERNAL_DEST.id > 2",),
            },
            ["1 a", "2 B", "2 b", "3 c"],
            2,
        ),
    ],
)
def test_new_rows_are_brought_in(target: Target, settings: dict[str, object], rows: list[str], written: int) -> None:
    assert target.run("i", DAY_ONE, materialized="incremental", step_id="one", **settings) == 2
    assert target.run("i", DAY_TWO, materialized="incremental", step_id="two", **settings) == written
    assert [" ".join(map(str, row)) for row in target.table("i")] == rows
    assert target.kinds() == {"i": "table"}
    assert target.ledger_entries() == ["one", "two"]


def test_a_full_refresh_builds_all_rows(target: Target) -> None:
    target.run("i", DAY_ONE, materialized="incremental")
    target.run("i", DAY_TWO, materialized="incremental", full_refresh=True, step_id="again")
    assert len(target.table("i")) == 2
    target.run("i", DAY_ONE, materialized="incremental", full_refresh=False, step_id="never")
    assert len(target.table("i")) == 4


@pytest.mark.parametrize(
    ("policy", "query", "columns", "rows"),
    [
        ("ignore", "select 2 as id, 'b' as name, true as extra", ["id", "name"], ["1 a", "2 b"]),
        (
            "append_new_columns",
            "select 2 as id, 7 as extra",
            ["id", "name", "extra"],
            ["1 a None", "2 None 7"],
        ),
        ("sync_all_columns", "select 2 as id, 7 as extra", ["id", "extra"], ["1 None", "2 7"]),
        ("sync_all_columns", "select 'two' as id, 'b' as name", ["id", "name"], ["1 a", "two b"]),
        ("fail", "select 'b' as name, 2 as id", ["id", "name"], ["1 a", "2 b"]),
        ("nonsense", "select 2 as id, 'b' as name", ["id", "name"], ["1 a", "2 b"]),
    ],
)
def test_changed_columns(target: Target, policy: str, query: str, columns: list[str], rows: list[str]) -> None:
    target.run("i", "select 1 as id, 'a' as name", materialized="incremental")
    target.run("i", query, materialized="incremental", on_schema_change=policy, step_id="two")
    assert target.columns("i") == columns
    assert [" ".join(map(str, row)) for row in target.table("i")] == rows
    assert [report.code for report in target.reports] == (["W270"] if policy == "nonsense" else [])


@pytest.mark.parametrize(
    ("settings", "query", "code", "words"),
    [
        (
            {"on_schema_change": "fail"},
            "select 2 as id, 7 as extra",
            "E170",
            "(?i)new: extra integer; gone: name",
        ),
        ({}, "select 2 as id", "E171", "gone: name"),
        ({"incremental_strategy": "merge", "unique_key": ("name",)}, "select 2 as id", "E173", "name"),
        ({"incremental_strategy": "insert_overwrite"}, DAY_TWO, "E172", "insert_overwrite"),
        ({"unique_key": ("idd",)}, DAY_TWO, "E173", "idd"),
        ({"extra": {"merge_clauses": {}}, "incremental_strategy": "merg"}, DAY_TWO, "E172", "merg"),
    ],
)
def test_a_refused_step_changes_nothing(
    target: Target, settings: dict[str, object], query: str, code: str, words: str
) -> None:
    target.run("i", DAY_ONE, materialized="incremental", step_id="one")
    with pytest.raises(Refused, match=words) as refusal:
        target.run("i", query, materialized="incremental", step_id="two", **settings)
    assert refusal.value.diagnostic.code == code
    assert refusal.value.diagnostic.span == Span("models/i.sql", 0, 0, 1, 1)
    assert len(target.table("i")) == 2
    assert target.kinds() == {"i": "table"}
    assert target.ledger_entries() == ["one"]


def test_an_unknown_materialization_names_those_that_are_known(target: Target) -> None:
    with pytest.raises(Refused) as refusal:
        target.run("t", "select 1", materialized="tabel")
    assert refusal.value.diagnostic.code == "E178"
    assert refusal.value.diagnostic.hint == "Did you mean table?"


def test_hooks_run_in_order_and_inside_the_transaction(target: Target) -> None:
    target.sql(f"create table {target.name('log')} (word varchar)")
    hooks = {
        name: tuple(
            Hook(f"insert into {target.name('log')} values ('{name} {inside}')", transaction=inside)
            for inside in (True, False)
        )
        for name in ("pre_hook", "post_hook")
    }
    seen: list[str] = []
    build = target.build("t", "select 1 as x", **hooks)
    target.perform(build, listener=Listener(send=lambda statement: seen.append(statement.sql)))
    assert [sql.split("values ('")[1][:-2] for sql in seen if "log" in sql] == [
        "pre_hook False",
        "pre_hook True",
        "post_hook True",
        "post_hook False",
    ]


def test_a_failed_hook_rolls_everything_of_the_transaction_back(target: Target) -> None:
    target.run("t", "select 1 as x")
    target.sql(f"create table {target.name('log')} (word varchar)")
    hooks = {
        "pre_hook": (Hook(f"insert into {target.name('log')} values ('before')"), Hook("  ")),
        "post_hook": (Hook("select * from nowhere"),),
    }
    with pytest.raises(WarehouseError, match="nowhere"):
        target.run("t", "select 2 as x", **hooks)
    assert target.table("t") == [(1,)]
    assert target.table("log") == []
    assert target.kinds() == {"log": "table", "t": "table"}


@pytest.mark.parametrize("materialized", ["view", "table", "incremental"])
def test_a_failed_check_keeps_what_was_there(target: Target, materialized: str) -> None:
    target.run("t", "select 1 as x", materialized=materialized, step_id="one")
    seen: list[object] = []

    def check(relation: Relation) -> None:
        seen.extend(target.rows(f"select * from {target.adapter.name_of(relation)}"))
        raise AssertionError("two is too many")

    build = target.build("t", "select 2 as x", materialized=materialized, step_id="two")
    with pytest.raises(AssertionError, match="two is too many"):
        target.perform(build, listener=Listener(check=check))
    assert (2,) in seen
    assert target.table("t") == [(1,)]
    assert target.kinds() == {"t": "view" if materialized == "view" else "table"}


def test_the_data_to_check_are_not_yet_seen_by_others(target: Target) -> None:
    other = target.warehouse.session()
    target.run("t", "select 1 as x")
    seen: list[object] = []
    listener = Listener(check=lambda _: seen.extend(other.query(f"select x from {target.name('t')}")[1]))
    target.perform(target.build("t", "select 2 as x"), listener=listener)
    assert seen == [(1,)]
    assert other.query(f"select x from {target.name('t')}")[1] == [(2,)]


@pytest.mark.parametrize("name", ["a b", "select", 'quo"te', "übergröße", "Mixed", "a.b", "x'y", "1"])
def test_any_name_is_a_name(target: Target, name: str) -> None:
    column = target.adapter.quote(name)
    for query in (f"select 1 as {column}", f"select 2 as {column}"):
        target.run(name, query, materialized="incremental", unique_key=(name,), step_id=query)
        target.run(name + "v", query, materialized="view")
    target.run(
        name,
        f"select 2 as {column}",
        materialized="incremental",
        incremental_strategy="merge",
        unique_key=(name,),
        step_id=name,
    )
    assert target.table(name) == [(1,), (2,)]
    assert target.columns(name) == [name]
    assert target.kinds() == {name: "table", name + "v": "view"}


def test_a_name_in_another_case_is_the_same_relation(target: Target) -> None:
    target.run("orders", "select 1 as x", materialized="view")
    target.run("Orders", "select 2 as x")
    assert target.table("orders") == [(2,)]
    assert target.kinds() == {"Orders": "table"}


def test_the_error_of_a_query_stands_in_the_authors_text(target: Target) -> None:
    query = "select 'é€𝄞' as x,\n  nope from (select 1 as a) as q"
    with pytest.raises(WarehouseError, match="nope") as failure:
        target.run("t", query)
    statement, position = failure.value.statement, failure.value.position
    assert statement is not None
    assert position is not None
    assert query[position - statement.body :].startswith("nope")
