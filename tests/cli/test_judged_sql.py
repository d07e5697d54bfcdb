"""SQL that our parser cannot read: the parser of the warehouse decides whether it is valid."""

from __future__ import annotations

import duckdb
import pytest

from assetc.adapters.duckdb.judge import DuckDbJudge
from assetc.compiler.python.body import embedded_sql

GAP = "select id, amount! as ways from orders where id < 3"


def write(shop, path: str, text: str) -> None:
    (shop / path).parent.mkdir(parents=True, exist_ok=True)
    (shop / path).write_text(text)


def rows(shop, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(shop / ".assetc/warehouse.duckdb")) as warehouse:
        return sorted(warehouse.execute(query).fetchall())


def test_sql_that_the_warehouse_accepts_runs_as_it_is_written(assetc, shop):
    write(shop, "models/ways.sql", "select id, (amount / 5)::int! as ways from orders;  -- how many\n")
    listed = assetc("ls --deps ways")
    assert (listed.code, listed.out.split()) == (0, ["orders"])
    assert "W226" in assetc("compile").err
    assert assetc("run -s +ways").code == 0
    assert rows(shop, "select id, ways::int from ways") == [(1, 2), (2, 24), (3, 1)]


@pytest.mark.parametrize(
    ("sql", "message", "place"),
    [
        (GAP.replace("where", "were"), "unexpected id", "1:45"),
        ("select id!;\nselect 1 form orders x", "unexpected orders", "2:15"),
        ("select 'ä', id! form orders x", "unexpected orders", "1:22"),
        ("select (1", "expected ), the text ends", "1:9"),
    ],
)
def test_what_the_warehouse_refuses_is_a_fault_at_its_place(assetc, shop, sql, message, place):
    write(shop, "models/ways.sql", sql)
    told = assetc("compile")
    assert told.code == 2 and f"E111]: SQL does not parse: {message}" in told.err and f"ways.sql:{place}" in told.err


def test_where_nobody_can_judge_the_warehouse_decides_later(assetc, shop, monkeypatch):
    monkeypatch.setattr(DuckDbJudge, "version", "")
    write(shop, "models/ways.sql", "select id form orders x")
    write(shop, "models/empty.sql", "-- nothing")
    told = assetc("compile -s ways")
    hint = "Did you mean from instead of form? Only the warehouse can tell"
    assert "W226" in told.err and hint in told.err and "the model is empty" in told.err


def test_another_version_of_the_judge_is_asked_again(assetc, shop, monkeypatch):
    write(shop, "models/ways.sql", GAP)
    write(shop, "models/body.py", f'from assetc import asset\n\n@asset\ndef body(context):\n    context.sql("{GAP}")\n')
    assert "E111" not in assetc("compile").err
    monkeypatch.setattr(DuckDbJudge, "refusal", lambda _self, _sql: pytest.fail("asked again"))
    assetc("compile")
    monkeypatch.setattr(DuckDbJudge, "version", "0.0")
    embedded_sql._read.cache_clear()  # which lives as long as a process, as a version does
    asked: list[str] = []
    monkeypatch.setattr(DuckDbJudge, "refusal", lambda _self, sql: asked.append(sql))
    assetc("compile")
    assert asked == [GAP, GAP]


def test_hooks_and_bodies_are_judged_too(assetc, shop):
    write(shop, "models/a.sql", '{{ config(post_hook="delete from log where id! = 2") }} select 1 as id')
    write(shop, "models/b.sql", '{{ config(post_hook="delete from log were id = 2") }} select 1 as id')
    write(shop, "models/c.sql", '{{ config(post_hook="") }} select 1 as id')
    write(
        shop,
        "models/d.py",
        'from assetc import asset\n\n@asset\ndef d(context):\n    context.sql("select id! from orders")\n',
    )
    told = assetc("compile")
    assert "W226]: post-hook: assetc cannot read this SQL" in told.err
    assert "E111]: post-hook: SQL does not parse" in told.err
    assert "W226]: in a Python body, assetc cannot read this SQL" in told.err and "models/c.sql" not in told.err
    assert assetc("ls --deps d").out.split() == ["orders"]
