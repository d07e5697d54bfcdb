"""Rewriting keeps the author's text: read again it gives the new names, and run it gives the same rows."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from assetc.compiler.reference import Reference
from assetc.compiler.sql.fold import split_name
from assetc.compiler.sql.read_sql import read_sql
from assetc.compiler.sql.rewrite import rewrite


def new_name(reference: Reference) -> str | None:
    return f"dev.x_{reference.parts[-1].lower()}" if reference.kind in ("read", "write") else None


GOLDEN = [
    ("duckdb", "from orders", "from dev.x_orders as orders"),
    ("duckdb", "from orders o", "from dev.x_orders o"),
    ("duckdb", "from orders -- all\nselect orders.id", "from dev.x_orders as orders -- all\nselect orders.id"),
    ("duckdb", "select raw.orders.id from raw.orders", "select orders.id from dev.x_orders as orders"),
    ("duckdb", "from lake.t at (version => 3) where x", "from dev.x_t at (version => 3) as t where x"),
    ("duckdb", "from t tablesample 10%", "from dev.x_t as t tablesample 10%"),
    ("duckdb", "summarize orders", "summarize dev.x_orders"),
    ("duckdb", "insert into t by name from s", "insert into dev.x_t by name from dev.x_s as s"),
    ("duckdb", "copy t to 'x.csv'", "copy dev.x_t to 'x.csv'"),
    ("duckdb", "update t set x = t.y", "update dev.x_t set x = x_t.y"),
    (
        "duckdb",
        "select a.t.x, b.t.y from a.t join b.t using (id)",
        "select a_t.x, b_t.y from dev.x_t as a_t join dev.x_t as b_t using (id)",
    ),
    ("postgres", "table orders", "table dev.x_orders"),
    ("postgres", "select * from only t", "select * from only dev.x_t as t"),
    ("postgres", "select * from t tablesample system (1)", "select * from dev.x_t as t tablesample system (1)"),
    (
        "postgres",
        "insert into t (x) select 1 on conflict (x) do update set y = t.y + excluded.y",
        "insert into dev.x_t (x) select 1 on conflict (x) do update set y = x_t.y + excluded.y",
    ),
    (
        "postgres",
        "delete from s.t using u where s.t.a = u.a",
        "delete from dev.x_t using dev.x_u as u where x_t.a = u.a",
    ),
    ("postgres", 'select "T".a from "T"', 'select "T".a from dev.x_t as "T"'),
    (
        "snowflake",
        "select t.x from t at(timestamp => '2020-01-01'::timestamp) where y",
        "select t.x from dev.x_t at(timestamp => '2020-01-01'::timestamp) as t where y",
    ),
    ("snowflake", "select * from t sample (10)", "select * from dev.x_t as t sample (10)"),
    ("snowflake", "create table a clone b", "create table dev.x_a clone dev.x_b"),
    ("snowflake", "copy into t from (select $1 from @st)", "copy into dev.x_t from (select $1 from @st)"),
    (
        "snowflake",
        "merge into t using s on t.id = s.id when matched then update set t.x = s.x",
        "merge into dev.x_t using dev.x_s as s on x_t.id = s.id when matched then update set x_t.x = s.x",
    ),
    (
        "snowflake",
        "select f.value from t, lateral flatten(input => t.items) f",
        "select f.value from dev.x_t as t, lateral flatten(input => t.items) f",
    ),
    ("spark", "select t.x from t version as of 3 where y", "select t.x from dev.x_t version as of 3 as t where y"),
    ("spark", "select * from t tablesample (10 percent)", "select * from dev.x_t tablesample (10 percent) as t"),
    (
        "spark",
        "select * from t lateral view explode(t.xs) u as x",
        "select * from dev.x_t as t lateral view explode(t.xs) u as x",
    ),
    ("bigquery", "select * from p-x.ds.orders", "select * from dev.x_orders as orders"),
    (
        "bigquery",
        "select * from `p-x.ds.t` for system_time as of ts",
        "select * from dev.x_t as `t` for system_time as of ts",
    ),
    ("bigquery", "select * from t, t.items i", "select * from dev.x_t as t, t.items i"),
    ("oracle", "select t.x from t", "select t.x from dev.x_t t"),
    (
        "mysql",
        "update a join b on a.id = b.id set a.x = b.x",
        "update dev.x_a join dev.x_b as b on x_a.id = b.id set x_a.x = b.x",
    ),
    ("tsql", "select [T].x from dbo.[T] with (nolock)", "select [T].x from dev.x_t as [T] with (nolock)"),
    ("tsql", "update o set o.x = 1 from t o", "update o set o.x = 1 from dev.x_t o"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "sql", "expected"), GOLDEN)
def test_the_text_stays_the_authors(dialect: str, sql: str, expected: str) -> None:
    assert rewrite(sql, read_sql(sql, dialect), new_name).text == expected


@pytest.mark.parametrize(("dialect", "sql", "expected"), GOLDEN)
def test_read_again_it_has_the_new_names(dialect: str, sql: str, expected: str) -> None:
    before, after = read_sql(sql, dialect), read_sql(expected, dialect)
    assert not after.problems
    assert sorted((item.kind, item.parts) for item in after.references) == sorted(
        (item.kind, split_name(dialect, name) if (name := new_name(item)) else item.parts) for item in before.references
    )


def test_a_name_that_is_not_resolved_stays() -> None:
    sql = "select raw.a.x from raw.a join b"
    spliced = rewrite(sql, read_sql(sql, "duckdb"), lambda item: "dev.b" if item.parts == ("b",) else None)
    assert spliced.text == "select raw.a.x from raw.a join dev.b"


QUERIES = [
    "select orders.id, items.sku from orders join raw.items on raw.items.order_id = orders.id",
    "from orders select orders.status, count(*) group by all",
    "pivot orders on status using sum(amount) group by id",
    "from orders pivot (sum(amount) for status in ('new', 'paid') group by id)",
    "unpivot (select id, amount, qty from orders) on amount, qty into name n value v",
    "from orders unpivot (v for n in (amount, qty))",
    "with orders as (from orders where orders.amount > 10) select orders.id from orders",
    "with recursive t as (select 1 as id union all select t.id + 1 from t join orders on orders.id = t.id) from t",
    "select o.id, l.n from orders o, lateral (select count(*) as n from raw.items where items.order_id = o.id) l",
    "select id from orders where exists (from raw.items where items.order_id = orders.id)",
    "select orders from orders",
    "select orders.* exclude (qty) from orders",
    "select * from (orders join raw.items on items.order_id = orders.id)",
    "select orders.id from orders tablesample 100%",
    "select raw.orders.id, main.orders.id from main.orders join raw.orders on main.orders.id = raw.orders.id",
    "select * from orders semi join raw.items on items.order_id = orders.id",
    "select * from orders positional join raw.items",
    "(select id from orders) union by name (select sku from raw.items)",
    'select "orders".id from "ORDERS"',
    "select orders.info.note, main.orders.info.note from main.orders",
    "select sum(amount) over (partition by orders.status order by orders.id) from orders",
]

SCRIPTS = [
    "insert into orders select orders.id + 100, status, amount, qty, info from orders",
    "insert into orders by name select items.order_id as id from raw.items",
    "update orders set amount = orders.amount + (select count(*) from raw.items where items.order_id = orders.id)",
    "update orders set amount = items.order_id from raw.items where items.order_id = orders.id",
    "delete from orders using raw.items where items.order_id = orders.id",
    "delete from orders where orders.id in (select items.order_id from raw.items)",
    "merge into orders using raw.items on items.order_id = orders.id when matched then update set qty = items.order_id",
    "create temp table t as from orders; insert into orders from t where t.id = 1",
]


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    columns = "id int, status varchar, amount int, qty int, info struct(note varchar)"
    rows = "(1, 'new', 10, 1, {'note': 'a'}), (2, 'paid', 20, 2, {'note': 'b'}), (3, 'paid', 30, 3, null)"
    connection.execute("create schema raw; create schema dev")
    for table in ("main.orders", "raw.orders", "dev.main_orders", "dev.raw_orders"):
        connection.execute(f"create table {table} ({columns}); insert into {table} values {rows}")
    for table in ("raw.items", "dev.raw_items"):
        connection.execute(
            f"create table {table} (order_id int, sku varchar); insert into {table} values (1, 'x'), (3, 'y')"
        )
    yield connection
    connection.close()


def in_target(reference: Reference) -> str | None:
    schema = reference.parts[-2] if len(reference.parts) > 1 else "main"
    return f'"dev"."{schema}_{reference.parts[-1]}"'


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[str]]:
    cursor = connection.execute(sql)
    return [column[0] for column in cursor.description or ()], sorted(map(repr, cursor.fetchall()))


@pytest.mark.parametrize("sql", QUERIES)
def test_queries_give_the_same_rows(warehouse: duckdb.DuckDBPyConnection, sql: str) -> None:
    expected = rows_of(warehouse, sql)
    rewritten = rewrite(sql, read_sql(sql, "duckdb"), in_target).text
    warehouse.execute("drop table main.orders; drop table raw.orders; drop table raw.items")
    assert rows_of(warehouse, rewritten) == expected


@pytest.mark.parametrize("sql", SCRIPTS)
def test_scripts_do_the_same(warehouse: duckdb.DuckDBPyConnection, sql: str) -> None:
    rewritten = rewrite(sql, read_sql(sql, "duckdb"), in_target).text
    warehouse.execute(sql)
    expected = rows_of(warehouse, "from main.orders")
    warehouse.execute("drop table if exists t; drop table main.orders; drop table raw.orders; drop table raw.items")
    warehouse.execute(rewritten)
    assert rows_of(warehouse, "from dev.main_orders") == expected
