"""Texts that look a bit like SQL and are none are passed over; SQL with a fault is told, whatever it is given to."""

from __future__ import annotations

from textwrap import indent

import pytest

from assetc.adapters.duckdb.judge import DuckDbJudge
from assetc.compiler.python.read_python import read_python
from assetc.compiler.sql.judged import SqlReader

READER = SqlReader("duckdb", DuckDbJudge())

OTHER_TEXTS = [
    'orders.query("select > 1 and customer in (1, 2)")',
    'orders.query("with_tax > 1").eval("update = id * 2")',
    'orders.eval("insert_date = id", inplace=True)',
    "orders.query(\"delete == 0 or `from` == 'x'\")",
    'orders.query("update > 1 & insert < 3").query("values == \'x\'")',
    'orders.query("table in [1] or show != 2 and explain > 0")',
    'limit = 3\norders.query("select > @limit").query(f"create > {limit}").query("merge == 1")',
    'dd.from_pandas(orders, npartitions=2).query("select > 1 and with_tax < 3").compute()',
    'orders.select(pl.col("select"), pl.sql_expr("id + 1 as x")).filter(pl.col("from") > 0)',
    "orders.with_columns(pl.sql_expr(\"case when id > 1 then 'select' else 'from' end\"))",
    'log.info("select the best customer from %s orders", 3)',
    'logging.error("Delete from the cart, then drop table reservations at the restaurant")',
    'print("Select a row from the list, then with care insert it")',
    'requests.get("https://x.test/select?from=orders", params={"query": "select where id > 1"})',
    'requests.post("https://x.test/graphql", json={"query": "query { orders { id from to } }"})',
    'service.query("select A, B where C > 1")',
    'es.search(query={"match": {"title": "select from"}})',
    'subprocess.run(["git", "commit", "-m", "update table of contents, insert into index"])',
    're.compile(r"select\\s+(.*)\\s+from\\s+(\\w+)").match("select something from the menu")',
    'raise ValueError("cannot select from an empty frame; create table first")',
    'prometheus.custom_query(query="sum by (job) (rate(x[5m]))")',
    "client.query_data_frame('from(bucket: \"x\") |> range(start: -1h)')",
    'ui.select("with", options=["from", "update"])',
    'soup.select("table > tr.select")',
    'driver.execute_query("CREATE (n:Person {name: 1})")',
]

FAULTS = [
    'context.sql("select * form orders where id = 1")',
    'duckdb.connect().execute("select a,, b from orders").df()',
    'pd.read_sql("select (id from orders", engine)',
    'cursor.execute("insert into log (a values (1)")',
    'spark.sql("select * from orders group id")',
    'client.query("select * from orders where").to_dataframe()',
]


def problems_of(body: str) -> list[str]:
    head = "import duckdb, logging, re, requests, subprocess\nimport dask.dataframe as dd, pandas as pd, polars as pl\n"
    code = f"{head}from assetc import asset\n@asset\ndef a(context, orders):\n{indent(body, '    ')}\n"
    return [problem.code for problem in read_python("models/a.py", code, {}.get, READER).problems]


@pytest.mark.parametrize("body", OTHER_TEXTS)
def test_a_text_that_is_no_sql_says_nothing(body):
    assert problems_of(body) == []


@pytest.mark.parametrize("body", FAULTS)
def test_sql_with_a_fault_is_told(body):
    assert "W250" in problems_of(body)
