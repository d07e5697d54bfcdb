"""What a statement reads and writes that our parser does not know (here because of DuckDB's `x!`)."""

from __future__ import annotations

import pytest

from assetc.compiler.columns.shape import output_columns
from assetc.compiler.sql.read_sql import read_sql
from assetc.compiler.sql.rewrite import rewrite

CASES = [
    ("select extract(year from d)! as f from a", "a"),
    ("with a as (select * from a) select x! from a", "a"),
    ("with recursive a as (select 1 as n union all select n + 1 from a) select n! from a join b on true", "b"),
    ("with a as (select 1), b as (with c as (select x! from a, t) select * from c) select * from b, c", "t c"),
    ("select x! from (with o as (select * from raw) select * from o) o2 join o on true", "raw o"),
    ("select x! from a, lateral (select * from b where b.x = a.x), c x2 where x is distinct from y", "a b c"),
    ("select x! from read_csv('f.csv') f join read_parquet(['a.parquet', 'b.parquet']) g on true",
     "file:f.csv file:a.parquet file:b.parquet"),
    ("select x! from 'data/x.csv' d join my_table m on d.id = m.id", "file:data/x.csv my_table"),
    ("select x! from db.s.t join s.u on true", "db.s.t s.u"),
    ("from o: orders select o.x!", "orders"),
    ("select trim(both 'x' from y)!, 'select * from no' from t -- from no\n where /* from no */ true", "t"),
    ("select x! from t tablesample reservoir(20%), u", "t u"),
    ("insert into tgt by name select x! as x from src", "insert:tgt src"),
    ("update tgt set x = src.x! from src", "update:tgt src"),
    ("delete from tgt using src where src.x! = 2", "delete:tgt src"),
    ("merge into tgt t using src s on t.id = s.id when matched then update set x = s.x!", "merge:tgt src"),
    ("create or replace temp table tmp as select x! from src; select y! from tmp", "src"),
    ("create table if not exists made as select x! from src", "create:made src"),
    ("select x! from (values (1)) v(x) positional join src", "src"),
    ("pivot a on k in ('x', 'y') using sum(v!) as s, max(w) group by id", "a"),
    ("unpivot a on x! into name n value v", "a"),
    ("select x! from range(10) t(i), unnest([1, 2]) u(j), mine(3) m", "function:mine"),
    ("select (select max(y) from b)! from a where exists (from c) and x in (table d)", "b a c d"),
    ("select x! from a join (b join c on true) on true", "a b c"),
    ("select x! from a limit (select count(*) from b)", "a b"),
    ("select x! from a order by (select max(i) from b), c", "a b"),
    ("with a(x) as materialized (select 1), b as not materialized (select * from a) select x! from b, a, z", "z"),
    ("with recursive t(n) using key (n) as (select 1 union select n from t, base) select n! from t", "base"),
    ("describe select x! from a", "a"),
    ("select x! from query_table('orders') q", "orders"),
    ("select x! from \"table\" t, \"Sch\".T2", "table sch.t2"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "right"), CASES)
def test_names_are_found_by_the_words_before_them(sql: str, right: str) -> None:
    reading = read_sql(sql, "duckdb")
    assert reading.problems and all(problem.stands == "if refused" for problem in reading.problems)
    kinds = {"read": "", "file_read": "file:", "table_function": "function:"}
    found = [f"{kinds.get(each.kind, f'{each.operation}:')}{'.'.join(each.parts)}" for each in reading.references]
    assert sorted(found) == sorted(right.split())


@pytest.mark.parametrize(
    ("sql", "right"),
    [
        ("select orders.id! from orders where x", "select orders.id! from NEW as orders where x"),
        ("select o.id! from orders o, orders", "select o.id! from NEW o, NEW as orders"),
        ("select s.orders.id! from s.orders", "select orders.id! from NEW as orders"),
        ("update orders set x = orders.y!", "update NEW set x = NEW.y!"),
        ("from (pivot orders on k using sum(v!)) p", "from (pivot NEW as orders on k using sum(v!)) p"),
    ],
)
def test_names_are_written_anew(sql: str, right: str) -> None:
    assert rewrite(sql, read_sql(sql, "duckdb"), lambda _: "NEW").text == right


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("from (values (1, 'q')) as t(id, z) join a using (id) select t.z, a.k", ("z", "k")),
        ("with c as (select * from a) from range(3) t(i) join c on true select c.y where i > 1", ("y",)),
        ("select * from (from range(3) t(i) join a on true select a.x) order by x", ("x",)),
        ("pivot (select id, k, v from a) on k using sum(v) group by id order by id desc limit 1", None),
        ("from (unpivot (select id, v from a) on v into name n value x order by id)", None),
    ],
)
def test_queries_that_begin_with_from_or_pivot_are_understood(sql: str, columns: tuple[str, ...] | None) -> None:
    reading = read_sql(sql, "duckdb")
    assert [(each.parts, each.certainty) for each in reading.references] == [(("a",), "certain")]
    assert reading.problems == ()
    assert columns is None or (reading.shape is not None and output_columns(reading.shape, {}.get) == columns)
