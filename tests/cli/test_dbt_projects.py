"""Commands in a dbt project."""

from __future__ import annotations

import json

import pytest

PROJECT = {
    "dbt_project.yml": "name: shop\nprofile: shop\n",
    "profiles.yml": "shop: {outputs: {dev: {type: duckdb, path: dev.duckdb}}}",
}


@pytest.fixture
def write(shop):
    """Makes the shop a dbt project, with these files."""
    (shop / "assetc.toml").unlink()

    def call(files: dict[str, str]) -> None:
        for path, text in {**PROJECT, **files}.items():
            (shop / path).parent.mkdir(exist_ok=True)
            (shop / path).write_text(text)

    return call


def test_what_of_dbt_is_not_built_is_said_and_stops_only_what_needs_it(assetc, write):
    write(
        {
            "snapshots/history.sql": "{% snapshot history %} select 1 as id {% endsnapshot %}",
            "models/late.sql": "select * from {{ ref('history') }}",
            "models/users.sql": "{{ config(contract={'enforced': true}) }} select 1 as id",
            "models/shop.yml": "models: [{name: users, data_tests: [dbt_utils.some, dbt_utils.some: {x: 1}]}]",
        }
    )
    told = assetc("run -s late")
    assert told.code == 2 and "hint: Snapshots are not built yet" in told.err
    told = assetc("build -s users")
    assert told.code == 0 and "1 error and 1 warning in files that are not selected" in told.err
    assert "snapshots are not built yet" in assetc("compile").err
    assert "contracts are not built yet" in told.err
    assert "tests of packages are not built yet: dbt_utils_some_users_ and 1 more will not run" in told.err


def test_a_test_of_what_is_not_there_is_left_out(assetc, write):
    one, other = ({"relationships": {"to": to, "field": "id"}} for to in ("source('crm', 'no')", "ref('nothing')"))
    checks = {"models": [{"name": "users", "columns": [{"name": "id", "data_tests": [one, other]}]}]}
    write(
        {"models/users.sql": "select 1 as id", "models/no.sql": "select 1 as id", "models/shop.yml": json.dumps(checks)}
    )
    told = assetc("build")
    assert told.code == 0 and "warning[W202]: nothing is called nothing" in told.err
    assert "nothing is called crm/no: relationships_users_id__id__source_crm_no_ will not run" in told.err


def test_a_sql_file_that_tests_what_is_not_there_is_left_out(assetc, write):
    write(
        {
            "models/off.sql": "{{ config(enabled=false) }} select 1 as id",
            "models/late.sql": "select 1 as id",
            "tests/one.sql": "select * from {{ ref('off') }}",
            "tests/other.sql": "select * from {{ ref('late') }} join {{ source('crm', 'no') }} using (id)",
        }
    )
    told = assetc("build")
    assert "warning[W202]: off is disabled, which is no asset: one will not run" in told.err
    assert "nothing is called crm/no: other will not run\n --> tests/other.sql:1:41" in told.err


def test_a_dbt_listing_holds_what_dbt_knows_of(assetc, write):
    """A table that nobody declares is in the lineage, and in no listing."""
    write({"models/late.sql": "select * from raw.late"})
    assert "source" not in assetc("ls -s +late").out
    row = json.loads(assetc("ls -s late --output json").out)
    assert row["depends_on"]["nodes"] == [] and row["config"]["materialized"] == "view" and "extra" not in row["config"]
    assert "raw/late  source" in assetc("lineage late").out


def test_a_folder_with_the_name_of_the_project_is_a_folder(assetc, write):
    write(
        {
            "dbt_project.yml": "name: shop\nprofile: shop\nmodels: {shop: {shop: {+tags: [inner]}}}\n",
            "models/shop/late.sql": "select 1 as id",
        }
    )
    assert assetc("ls -s tag:inner").out == "shop.shop.late\n"


MACROS = """
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if node.resource_type == 'seed' -%} {{ env_var('SEEDS', 'raw') }}
    {%- elif custom_schema_name is none -%} {{ target.schema }}
    {%- else -%} {{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {{ custom_alias_name or node.name ~ '_' ~ node.config.materialized }}
{%- endmacro %}
"""


def test_the_macros_of_a_dbt_project_say_where_its_assets_live(assetc, shop, write, monkeypatch):
    write(
        {
            "dbt_project.yml": "name: shop\nprofile: shop\nmodels: {shop: {mart: {+schema: gold}}}\n",
            "macros/names.sql": MACROS,
            "models/orders.sql": "select id, customer, amount from {{ ref('raw_orders') }}",
            "models/mart/customers.sql": "{{ config(alias='people') }} select customer from {{ ref('orders') }}",
            "models/late.sql": "select * from gold.people",
            "models/users.sql": "select 1 as id",
        }
    )

    def relation(name: str) -> str:
        return assetc(f"explain {name} --json").json["relation"]

    assert relation("orders") == "dev.main.orders_view"
    assert relation("customers") == "dev.gold.people"
    assert relation("raw_orders") == "dev.raw.raw_orders_seed"
    assert assetc("ls --deps late --json").json == ["customers"]
    assert assetc("build").code == 0
    monkeypatch.setenv("SEEDS", "landing")
    assert relation("raw_orders") == "dev.landing.raw_orders_seed"
    (shop / "macros/names.sql").write_text("{% macro generate_schema_name(name, node) %}{{ nope.nope }}{% endmacro %}")
    told = assetc("run")
    assert told.code == 2 and told.err.count("error[E112]: generate_schema_name: nope is undefined") == 1
