"""The shape of a query gives the columns that DuckDB gives, or none at all."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from assetc.compiler.columns.shape import output_columns
from assetc.compiler.sql.read_sql import read_sql

TABLES = """
create table a (id int, x int, k int);
create table b (id int, y int, k2 int);
create table c (k2 int, z int);
create table lineitem (l_orderkey int, l_quantity int, l_extendedprice int, l_discount int, l_shipdate date,
    l_returnflag varchar, l_linestatus varchar, l_tax int, l_suppkey int, l_partkey int);
create table orders (o_orderkey int, o_custkey int, o_orderdate date, o_shippriority int, o_comment varchar);
create table customer (c_custkey int, c_name varchar, c_nationkey int, c_mktsegment varchar);
create table nation (n_nationkey int, n_name varchar, n_regionkey int);
"""

KNOWN = [
    "from a",
    "table a",
    "select id, x as X2 from a",
    "select a.* exclude (x), b.y from a join b using (id)",
    "select * exclude (id) from a join b using (id)",
    "select * exclude (id) rename (x as id2) from a",
    "select * replace (1 as x) from a",
    "select * from a join b using (id)",
    "select * from a right join b using (id)",
    "select * from a full join b using (id) join c using (k2)",
    "select b.* from a join b using (id)",
    "select * from a semi join b using (id)",
    "select * from a asof join b using (id)",
    "with t as (select * from a), u as (select *, x + 1 as x1 from t) select * exclude (k) from u",
    "with t(p, q) as (select id, x from a) select * from t",
    "with recursive t as (select id, x from a union all select id, x from t where x < 0) from t",
    "with a as (select id, 1 as one from a) select * from a",
    "(select id, x from a) union all select y, k2 from b",
    "select * from (select * from a) t, (select z from c) u",
    "select t.* from (select id, x from a) t",
    "select * from (values (1, 2)) t(p, q)",
    "select * from unnest([1, 2]) u(v)",
    "select x: 5, id from a",
    "from a select *, x + 1 as y2",
    "select distinct on (x) id, x from a",
    "select * from a, lateral (select y from b where b.id = a.id) l",
    "select * from (from a) t tablesample 10%",
    "from a where id in (select id from b) order by all limit 3",
    "select a.id, sum(y) over (partition by k) as total from a join b on a.id = b.id qualify total > 1",
    "select l_returnflag, l_linestatus, sum(l_quantity) as sum_qty, count(*) as n from lineitem group by 1, 2",
    "with revenue as (select l_suppkey as supplier, sum(l_extendedprice) as total from lineitem group by 1) "
    "select * from revenue where total = (select max(total) from revenue)",
    "select o_orderkey, o.* exclude (o_comment, o_orderkey), c_name "
    "from orders o join customer c on c_custkey = o_custkey",
    "with joined as (from customer c join nation n on c.c_nationkey = n.n_nationkey) select * from joined",
]

UNKNOWN = [
    "select count(*) from a",
    "select * from a, b",
    "select * from a natural join b",
    "select columns('x') from a",
    "pivot a on x using sum(k)",
    "select unnest({'p': 1}) as x",
    "select * from read_csv('x.csv')",
    "select * from (values (1, 2)) t(p)",
    "from (select id, id from a)",
    "select 1 as p union by name select 2 as q",
    "create temp table t as from a; from t",
    "insert into a from a",
    "select * from nowhere",
]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(TABLES)
    yield connection
    connection.close()


def columns(warehouse: duckdb.DuckDBPyConnection, sql: str) -> tuple[str, ...] | None:
    def columns_of(parts: tuple[str, ...]) -> tuple[str, ...] | None:
        try:
            rows = warehouse.execute(f"describe from {'.'.join(parts)}").fetchall()
        except duckdb.CatalogException:
            return None
        return tuple(row[0] for row in rows)

    shape = read_sql(sql, "duckdb").shape
    return None if shape is None else output_columns(shape, columns_of)


@pytest.mark.parametrize("sql", KNOWN)
def test_the_columns_are_those_of_duckdb(warehouse: duckdb.DuckDBPyConnection, sql: str) -> None:
    expected = tuple(row[0].lower() for row in warehouse.execute(f"describe {sql}").fetchall())
    assert columns(warehouse, sql) == expected


@pytest.mark.parametrize("sql", UNKNOWN)
def test_what_the_text_does_not_tell_stays_unknown(warehouse: duckdb.DuckDBPyConnection, sql: str) -> None:
    assert columns(warehouse, sql) is None


def test_the_standard_puts_the_columns_of_using_first() -> None:
    upstream = {("a",): ("x", "id"), ("b",): ("y", "id")}
    for dialect in ("postgres", "spark", "bigquery"):
        shape = read_sql("select * from a join b using (id)", dialect).shape
        assert shape is not None
        assert output_columns(shape, upstream.get) == ("id", "x", "y")


def test_a_shape_names_the_relations_it_needs() -> None:
    shape = read_sql("with t as (select * from raw.a) select t.*, b.y from t join b on true", "duckdb").shape
    assert shape is not None
    assert shape.sources == (("raw", "a"),)
