"""The project that is killed: every way to build an asset, and data that come in between two runs.

`history`, `journal` and `py_journal` append whatever they read each time, so that a row that is written twice,
or not at all, is seen.
"""

from __future__ import annotations

FIRST_DAY = "id,day,amount\n" + "".join(f"{number},{number % 7},{number * 3}\n" for number in range(300))
SECOND_DAY = FIRST_DAY + "".join(f"{number},{number % 7},{number * 5}\n" for number in range(300, 420))

FILES = {
    "assetc.toml": 'name = "shop"\n',
    "seeds/raw.csv": FIRST_DAY,
    "models/seen.sql": "{{ config(materialized='view') }} select id, day, amount from raw",
    "models/whole.sql": "select day, sum(amount) as amount from seen group by day",
    "models/history.sql": """
        {{ config(materialized='incremental', incremental_strategy='append') }}
        select id, amount, (select count(*) from whole) as days from seen
    """,
    "models/newer.sql": """
        {{ config(materialized='incremental', incremental_strategy='append') }}
        select id, amount from seen
        {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}
    """,
    "models/latest.sql": """
        {{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}
        select id, count(*) as times, sum(amount) as amount from history group by id
    """,
    "models/daily.sql": """
        {{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='day') }}
        select day, id, amount from seen
        {% if is_incremental() %} where day in (1, 3) {% endif %}
    """,
    "models/journal.sql": """
        {{ config(materialized='incremental', incremental_strategy='append') }}
        create temporary table counted as select count(*) as n from latest;
        select n, (select count(*) from daily) as daily from counted
    """,
    "models/scored.py": """
from assetc import asset


@asset
def scored(latest: list[dict]) -> list[dict]:
    return [{"id": row["id"], "score": row["times"] * 2 + int(row["amount"])} for row in latest]
""",
    "models/picked.py": """
from assetc import asset


@asset
def picked(scored: list[dict]) -> dict:
    return {row["id"]: row["score"] for row in scored}


@asset
def counted(picked: dict) -> list[dict]:
    return [{"entries": len(picked), "total": sum(picked.values())}]
""",
    "models/py_journal.py": """
from assetc import asset


@asset
def py_journal(context, counted: list[dict]) -> list[dict]:
    return counted
""",
    "models/totals.sql": "select (select count(*) from history) as h, (select count(*) from newer) as n,"
    " (select total from counted) as t, (select count(*) from py_journal) as p, (select count(*) from journal) as j",
    "models/shop.yml": """
models:
  - name: py_journal
    config: {materialized: incremental, incremental_strategy: append}
  - name: whole
    columns: [{name: day, data_tests: [unique, not_null]}]
  - name: latest
    columns: [{name: id, data_tests: [unique]}]
""",
}
