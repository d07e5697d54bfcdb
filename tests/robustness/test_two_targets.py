"""One project in two targets: the second reads its own data and never touches a table of the first."""

from __future__ import annotations

from pathlib import Path

import duckdb
from folder import Folder, Rows

FILES = {
    "seeds/countries.csv": "code,name\nde,Germany\nfr,France\n",
    "models/users.sql": "select id, place, country from crm.users",
    "models/mart/by_country.sql": """{{ config(schema='mart') }}
        select c.name, u.place, count(*) as n from {{ ref('users') }} as u
        join countries as c on c.code = u.country
        group by all
    """,
    "models/declared.sql": "select users.place, users.id from {{ source('crm', 'users') }} as users",
    "models/history.sql": """{{ config(materialized='incremental', incremental_strategy='append') }}
        select id, place from users
        {% if is_incremental() %} where id not in (select id from {{ this }}) {% endif %}
    """,
    "models/latest.sql": """{{ config(materialized='incremental', unique_key='id', incremental_strategy='merge') }}
        select id, max(place) as place from history group by id
    """,
    "models/seen.sql": "{{ config(materialized='view') }} select place, name from mart.by_country",
    "models/hooked.sql": """{{ config(
            pre_hook="create table if not exists audit (place varchar, n bigint)",
            post_hook="insert into audit select min(place), count(*) from users"
        ) }}
        select place from users
    """,
    "models/scores.py": """
from assetc import asset


@asset
def scores(context, latest: list[dict]) -> list[dict]:
    return [{"place": row["place"], "score": row["id"]} for row in latest]


@asset
def copied(context):
    context.execute("create or replace table copied as select * from users where place is not null")


@asset
def counted(context) -> list[dict]:
    rows = context.sql("select place, count(*) from scores group by 1").fetchall()
    return [{"place": place, "n": n} for place, n in rows]


@asset
def kept(scores: list[dict]) -> dict:
    return {"place": {row["place"] for row in scores}}


@asset
def kept_places(kept: dict) -> list[dict]:
    return [{"place": place} for place in kept["place"]]
""",
    "models/shop.yml": """
models:
  - name: users
    columns: [{name: id, data_tests: [unique, not_null]}]
  - name: latest
    columns: [{name: id, data_tests: [{relationships: {to: ref('users'), field: id}}]}]
sources:
  - name: crm
    schema: "{{ target.name }}_crm"
    tables: [{name: users}]
""",
    "checks/no_strangers.sql": "select * from history where id not in (select id from users)",
}

SEPARATE = {
    **FILES,
    "assetc.toml": 'name = "shop"\nprofile = "shop"\n',
    "profiles.yml": """shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: dev.duckdb, schema: main}
    prod: {type: duckdb, path: prod.duckdb, schema: main}
""",
}

TOGETHER = {
    **FILES,
    "assetc.toml": 'name = "shop"\nprofile = "shop"\nschemas = "prefixed"\n',
    "profiles.yml": """shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: both.duckdb, schema: dev}
    prod: {type: duckdb, path: both.duckdb, schema: prod}
""",
}


QUALIFIED = {
    "assetc.toml": 'name = "shop"\nprofile = "shop"\n',
    "profiles.yml": """shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: dev.duckdb, schema: main}
    prod: {type: duckdb, path: prod.duckdb, schema: live}
""",
    "models/users.sql": "select '{{ target.name }}' as place, 1 as id",
    "models/mart/by_place.sql": "{{ config(schema='mart') }} select place, 1 as n from main.users",
    "models/in_full.sql": "select u.place, p.n from dev.main.users as u join dev.mart.by_place as p using (place)",
    "models/of_prod.sql": "select place from live.users union all select place from prod.live.in_full",
    "models/mart/copies.py": """
from assetc import asset


@asset
def copied(context):
    context.execute("create or replace table main.copied as select place from main.users")


@asset
def read_copies(context) -> list[dict]:
    return [{"place": place} for (place,) in context.sql("select place from main.copied").fetchall()]
""",
}
"""Everything is named by the schemas and databases that one of the targets has."""

KEYS = ("users", "by_place", "in_full", "of_prod", "copied", "read_copies")


def add_users(path: Path, schema: str, place: str, *ids: int) -> None:
    with duckdb.connect(path) as connection:
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create table if not exists {schema}.users (id int, place varchar, country varchar)")
        rows = [(number, place, "de" if number % 2 else "fr") for number in ids]
        connection.executemany(f"insert into {schema}.users values (?, ?, ?)", rows)


def places(tables: Rows, folder: Folder, warehouse: Path) -> dict[str, set[object]]:
    """The distinct values of the column `place` of every relation that has one."""
    with duckdb.connect(folder.root / warehouse) as connection:
        return {
            name: {row[0] for row in connection.execute(f"select distinct place from {name}").fetchall()}
            for name in tables
            if "place" in [row[0] for row in connection.execute(f"describe {name}").fetchall()]
        }


def of_target(tables: Rows, name: str) -> Rows:
    return {table: rows for table, rows in tables.items() if table.startswith((f"{name}.", f"{name}_"))}


def test_each_target_in_a_file_of_its_own(tmp_path: Path) -> None:
    shop = Folder(tmp_path).write(SEPARATE)
    dev, prod = Path("dev.duckdb"), Path("prod.duckdb")
    add_users(tmp_path / dev, "dev_crm", "dev", 1, 2, 3)
    add_users(tmp_path / prod, "prod_crm", "prod", 10, 20)
    assert shop.assetc("build").code == 0
    before, bytes_before = shop.tables(dev), (tmp_path / dev).read_bytes()
    for _ in range(2):
        said = shop.assetc("build", "--target", "prod")
        assert said.code == 0, said.err
    assert shop.tables(dev) == before
    assert (tmp_path / dev).read_bytes() == bytes_before
    found = places(shop.tables(prod), shop, prod)
    assert {name.replace("prod_", "dev_") for name in found} == set(places(before, shop, dev))
    assert all(values == {"prod"} for values in found.values()), found
    assert shop.assetc("build").code == 0
    assert all(values == {"dev"} for values in places(shop.tables(dev), shop, dev).values())


def test_two_targets_in_one_file_with_prefixed_schemas(tmp_path: Path) -> None:
    shop = Folder(tmp_path).write(TOGETHER)
    both = Path("both.duckdb")
    add_users(tmp_path / both, "dev_crm", "dev", 1, 2, 3)
    add_users(tmp_path / both, "prod_crm", "prod", 10, 20)
    said = shop.assetc("build")
    assert said.code == 0, said.err
    before = of_target(shop.tables(both), "dev")
    for _ in range(2):
        said = shop.assetc("build", "--target", "prod")
        assert said.code == 0, said.err
    after = shop.tables(both)
    assert of_target(after, "dev") == before
    assert set(after) == {*of_target(after, "dev"), *of_target(after, "prod")}
    for name, values in places(after, shop, both).items():
        assert values == {name.partition(".")[0].partition("_")[0]}, name


def test_the_own_schema_of_one_target_is_the_own_schema_in_the_other(tmp_path: Path) -> None:
    shop = Folder(tmp_path).write(QUALIFIED)
    edges = {}
    for target in ("dev", "prod"):
        said = shop.assetc("run", "--target", target)
        assert said.code == 0 and "W2" not in said.err, said.err
        listed = {key: shop.assetc("ls", "--target", target, "--deps", key, "--json").json for key in KEYS}
        edges[target] = listed
    assert edges["dev"] == edges["prod"]
    assert edges["dev"]["of_prod"] == ["in_full", "users"] and edges["dev"]["read_copies"] == ["copied"]
    for target, schema in (("dev", "main"), ("prod", "live")):
        warehouse = Path(f"{target}.duckdb")
        tables = shop.tables(warehouse)
        assert {name.partition(".")[0] for name in tables} == {schema, "mart"}
        assert all(values == {target} for values in places(tables, shop, warehouse).values())
