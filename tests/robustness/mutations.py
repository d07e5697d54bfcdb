"""Files of two small projects, and what may happen to a file: typing errors, wrong encodings, botched merges."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from pathlib import Path

import yaml

REFERENCES = Path(__file__).parent.parent / "references"

SHARED = {
    "seeds/raw_orders.csv": 'id,customer,amount,at\n1,ann,10,2026-01-01\n2,bob,20,2026-01-02\n3,"a,b",5,\n',
    "models/orders.sql": "{{ config(materialized='view', tags=['x']) }}\nselect id, customer, amount from raw_orders\n",
    "models/totals.sql": """{{ config(
    materialized='incremental',
    unique_key=['customer'],
    meta={'owner': 'ann'}
) }}
{#- what people spent -#}
with spent as (
    select customer, {{ cents('amount') }} as total from {{ ref('orders') }}
    {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}
)
select customer, sum(total) as total
from spent
{% for name in ['ann', 'bob'] if name != var('left_out', 'eve') %}
{{ 'where' if loop.first else 'and' }} customer <> '{{ name }}'
{%- endfor %}
group by 1 -- {{ target.name }}
""",
    "models/users.sql": "select u.*, (select count(*) from orders o where o.customer = u.name) as n from crm.users u",
    "models/script.sql": "create temp table t as select 1 as x;\ninsert into t values (2);\nselect * from t, totals",
    "models/scores.py": """from assetc import asset
import pandas as pd

UP = ["orders"]
SQL = f"select * from {'users'} where id = 1"


@asset(deps=UP, group_name="scores", tags={"x": "y"})
def scores(context, totals: pd.DataFrame) -> pd.DataFrame:
    \"\"\"Who is best.\"\"\"
    more = context.sql("select * from users join " + "orders using (id)")
    return pd.concat([totals, more])
""",
    "models/keys.py": """from assetc import AssetIn, AssetKey, AssetSpec, asset, multi_asset


@asset(
    name="deep",
    key_prefix=["far", "away"],
    ins={"totals": AssetIn(key="totals"), "more": AssetIn(AssetKey(["orders"]))},
    deps=[AssetKey("users"), AssetKey(["far", "late"])],
    group_name="scores",
    owners=["ann@shop.example"],
    metadata={"rows": 1},
    kinds={"python"},
    code_version="1",
    config={"materialized": "incremental", "unique_key": "id"},
    checks=[{"unique": {"column_name": "id"}}],
)
def deep(totals, more):
    return totals


@multi_asset(specs=[AssetSpec("one", deps=["orders"]), AssetSpec(AssetKey(["far", "two"]), group_name="x")])
def both():
    yield None
""",
    "models/early.py": "def model(dbt, session):\n    dbt.config(materialized='table')\n    return dbt.ref('orders')\n",
    "macros/money.sql": """{% macro cents(column, digits=2) -%}
    ({{ column }} * {{ 10 ** digits }})::integer
{%- endmacro %}

{% macro twice(x) %}{% do log(x) %}{{ return(x * 2) }}{% endmacro %}
{% test positive(model, column_name) %}select * from {{ model }} where {{ column_name }} < 0{% endtest %}
""",
    "models/shop.yml": """version: 2
models:
  - name: orders
    description: "Every order, {{ doc('orders') }}"
    columns:
      - name: id
        data_tests: [unique, not_null]
      - name: customer
        data_tests:
          - accepted_values: {values: [ann, bob], config: {severity: warn}}
          - relationships: {to: ref('totals'), field: customer}
  - name: totals
    config:
      materialized: incremental
      tags: [a, b]
      meta: {owner: ann}
      alias: sums
      schema: gold
      group: money
      unique_key: [customer]
      pre_hook: ["select 1", {sql: select 2, transaction: false}]
      grants: {select: [ann]}
      persist_docs: {relation: true}
    data_tests:
      - positive: {column_name: total, name: none_below, config: {where: "total > 1", limit: 9, tags: [c]}}
      - unique: {arguments: {column_name: customer}}
    columns: [{name: total, data_type: bigint, data_tests: [positive]}]
sources:
  - name: crm
    schema: crm
    database: dev
    loader: hand
    freshness: {warn_after: {count: 1, period: day}}
    meta: {a: b}
    tables:
      - name: users
        columns: [{name: id, tests: [unique]}]
seeds:
  - name: raw_orders
    config: {column_types: {id: bigint}}
""",
    "selectors.yml": """selectors:
  - name: nightly
    description: Each night
    default: false
    definition:
      union:
        - {method: tag, value: x, children: true}
        - intersection: ["path:models", "+totals"]
        - exclude: [users]
""",
    "profiles.yml": """shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: dev.duckdb, schema: main, threads: 2}
    prod:
      type: duckdb
      path: "{{ env_var('WAREHOUSE', 'prod.duckdb') }}"
""",
}

NATIVE = {
    **SHARED,
    "assetc.toml": """name = "shop"
profile = "shop"
default_source = "crm"

[vars]
left_out = "eve"

[models]
materialized = "table"
[models.shop.marts]
tags = ["nightly"]
schema = "gold"
pre_hook = ["select 1"]
[seeds.shop]
column_types = {id = "bigint"}
""",
    "checks/no_negative.sql": "{{ config(severity='warn') }} select * from totals where total < 0",
}

DBT = {
    **SHARED,
    "dbt_project.yml": """name: shop
version: "1.0"
profile: shop
model-paths: [models]
vars: {left_out: eve}
models:
  shop:
    +materialized: table
    +persist_docs: {relation: true}
    marts: {+tags: [nightly], +schema: gold, +pre-hook: "select 1"}
seeds: {shop: {+column_types: {id: bigint}}}
dispatch: [{macro_namespace: dbt, search_order: [shop, dbt]}]
clean-targets: [target]
on-run-start: ["select 1"]
flags: {send_anonymous_usage_stats: false}
quoting: {identifier: true}
""",
    "tests/no_negative.sql": "select * from {{ ref('totals') }} where total < 0",
}

PIECES = [
    *"{}%#-()[]'\",.|~:=*+ \n\r\t\\;@$&<>`?!",
    *("{{", "}}", "{%", "%}", "{#", "#}", "--", "/*", "*/", "$$", "'''", '"""', "::", "=>", "&a ", "*a", "<<: ", "- "),
    *("null", "true", "~", "1e999", "0x", "-1", "[]", "{}", "select", "from", "with", "as", "where", "join", "union"),
    *("ref(", "source('crm', 'users')", "this", "config(", "endif", "else", "in", "and", "not", "*", "..", "orders"),
    *("def ", "class ", "return", "lambda: ", "@asset", "async ", "f'{", "import x", "yield ", "    ", "\t"),
    *("\0", "\ufeff", "\u2028", "\u00a0", "é", "数据", "🦆", "\x1b[2J", "\x0c", "\r\n", "\u202e", "e\u0301", "\ud7ff"),
    *("version: 2", "models:", "name:", "columns:", "data_tests:", "!!python/object:os.system ", "!!binary ", "? "),
    *("[models]", "[[x]]", "= 1", "name = ", "'''\n", "1979-05-27", "inf", "99999999999999999999999"),
]

EMPTY = [
    *("", '""', "''", "' '", "[]", "{}", "()", "null", "None", "~", "0", "-1", "1.5", "false", "on", "2020-01-01"),
    *('[""]', "[null]", "[None]", "[[]]", "[{}]", '["", ""]', "[1, x]"),
    *("{'': ''}", "{null: null}", "{a: []}", "{1: 2}"),
    *('"a/b"', '"a.b"', '"/"', '"."', '"a\\nb"', "'it''s'", '"🦆"', f'"{"x" * 300}"', '"{{ x }}"', "orders"),
]
VALUE = re.compile(r"""\"[^"\n]*\"|'[^'\n]*'|\[[^\[\]\n]*\]|\{[^{}\n]*\}|(?<=[:=-] )[^\n,\]}]+|\w+""")
"""What may stand for a value, in YAML, in TOML, in SQL and in Python, and where values may be."""

BYTES = [b"\xff", b"\xfe\xff", b"\xff\xfe", b"\x80", b"\xed\xa0\x80", b"\xc3", b"\0", b"\xef\xbb\xbf"]


def load_snippets() -> Mapping[str, list[str]]:
    """More SQL and Python to begin with: the cases of the two batteries, by the suffix of the file that they fit."""
    sql = [case["sql"] for case in _cases("sql") if isinstance(case.get("sql"), str)]
    python = [case["code"] for case in _cases("python") if isinstance(case.get("code"), str)]
    return {".sql": sql, ".py": python}


def mutate(path: str, text: str, snippets: Mapping[str, list[str]], chance: random.Random) -> bytes:
    """The content of a file after one to six mishaps."""
    others = snippets.get(Path(path).suffix, [])
    if others and chance.random() < 0.5:
        text = chance.choice(others)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 6])):
        text = emptied(text, chance) if chance.random() < 0.3 else mishap(text, [*others, *SHARED.values()], chance)
    content = text.encode("utf-8", "surrogatepass")
    return harmed(content, chance) if chance.random() < 0.08 else content


def mishap(text: str, others: list[str], chance: random.Random) -> str:
    """One thing that went wrong."""
    at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
    near = min(len(text), at + chance.randint(1, 6))
    match chance.randrange(16):
        case 0:
            return text[:at] + text[near:]
        case 1 | 2 | 3:
            return text[:at] + chance.choice(PIECES) + text[at:]
        case 4:
            return text[:at] + chance.choice(PIECES) + text[near:]
        case 5:
            return text[:at] + text[at:to] * chance.choice([2, 2, 3, 50]) + text[to:]
        case 6:
            other = chance.choice(others)
            return text[:at] + other[chance.randrange(len(other) + 1) :]
        case 7:
            return text[:at]
        case 8:
            piece = chance.choice(["(", "[", "{", "{{ ", "select * from (", "- ", "case when ", "not ", "x: {", "  "])
            return text[:at] + piece * chance.choice([3, 40, 400, 3000]) + text[at:]
        case 9:
            lines = text.splitlines(keepends=True)
            chance.shuffle(lines)
            return "".join(lines)
        case 10:
            return text.replace(chance.choice(["orders", "'", "(", ":", "\n", " "]), chance.choice(PIECES))
        case _:
            return text[:at] + text[to:]


def emptied(text: str, chance: random.Random) -> str:
    """A text, a list or a mapping in the file is empty now, or of another type, or holds what is."""
    values = list(VALUE.finditer(text))
    if not values:
        return text
    value = chance.choice(values)
    return text[: value.start()] + chance.choice(EMPTY) + text[value.end() :]


def harmed(content: bytes, chance: random.Random) -> bytes:
    """Bytes that are no text any more, or a text in another encoding."""
    if chance.random() < 0.3:
        return content.decode("utf-8", "replace").encode(chance.choice(["utf-16", "latin-1", "utf-32"]), "replace")
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(BYTES) + content[at:]


def _cases(battery: str) -> list[dict[str, object]]:
    cases = yaml.safe_load((REFERENCES / f"{battery}.yml").read_text(encoding="utf-8"))
    return [case for case in cases if isinstance(case, dict)]
