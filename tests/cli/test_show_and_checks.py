"""What checks read, and what a check that fails ends."""

from __future__ import annotations

import json

TESTS = """
{% test below(model, column_name, most) %}
select {{ column_name }} from {{ model }} where {{ column_name }} > {{ most }}
{% endtest %}
{% test in_other(model, column_name, other) %}
select {{ column_name }} from {{ model }} where {{ column_name }} not in (select id from {{ other }})
{% endtest %}
"""
CHECKED = """
models:
  - name: users
    columns:
      - name: id
        data_tests:
          - unique
          - below: {most: 1}
          - below: {name: below_where, most: 0, config: {where: id > 9}}
  - name: orders
    columns:
      - name: id
        data_tests:
          - relationships: {to: ref('users'), field: id}
          - in_other: {other: ref('users')}
          - in_other: {name: in_itself, other: ref('orders')}
"""


def test_checks_read_ephemeral_models_parts_of_tables_and_what_their_arguments_name(assetc, shop):
    (shop / "macros").mkdir()
    (shop / "macros/tests.sql").write_text(TESTS)
    (shop / "models/users.sql").write_text("{{ config(materialized='ephemeral') }} select range as id from range(1, 4)")
    (shop / "models/shop.yml").write_text(CHECKED)
    told = assetc("build --log-format json")
    ends = [json.loads(line) for line in told.err.splitlines()]
    assert {each["check"]: each["check_status"] for each in ends if "check_status" in each} == {
        "unique_users_id": "pass",
        "below_users_id__1": "fail",
        "below_where": "pass",
        "relationships_orders_id__id__ref_users_": "pass",
        "in_other_orders_id__ref_users_": "pass",
        "in_itself": "pass",
    }
    assert assetc("show below_users_id__1 --json").json == [{"id": 2}, {"id": 3}]


def test_a_test_of_the_project_comes_before_the_built_in_one_of_its_name(assetc, shop):
    own = "{% test unique(model, column_name, least) %} select * from {{ model }} where id > {{ least }} {% endtest %}"
    dispatched = "{% macro default__test_not_null(model, column_name) %} select * from {{ model }} {% endmacro %}"
    (shop / "macros").mkdir()
    (shop / "macros/tests.sql").write_text(own + dispatched)
    checks = "models: [{name: orders, columns: [{name: id, data_tests: [unique: {least: 1}, not_null]}]}]"
    (shop / "models/shop.yml").write_text(checks)
    assetc("run -s +orders")
    told = assetc("test")
    assert told.code == 1 and "unique_orders_id__1 fails: 2 rows" in told.err
    assert "not_null_orders_id fails: 3 rows" in told.err
    assert [row["id"] for row in assetc("show unique_orders_id__1 --json").json] == [2, 3]


def test_a_source_that_is_not_declared_is_never_a_model_of_its_name(assetc, shop):
    (shop / "models/users.sql").write_text("select 1 as id")
    (shop / "models/shop.yml").write_text(
        "models: [{name: orders, columns: [{name: id, data_tests:"
        " [relationships: {to: \"source('crm', 'users')\", field: id}]}]}]"
    )
    told = assetc("build")
    assert told.code == 2 and "error[E101]: nothing is called crm/users" in told.err
    (shop / "models/shop.yml").unlink()
    (shop / "models/late.sql").write_text("select * from {{ source('crm', 'users') }}")
    assert 'from "crm"."users"' in assetc("compile -s late --show").out
    (shop / "models/late.sql").unlink()
    for number, call in enumerate(("source('crm', 'users')", "ref('crm', 'users')")):
        body = f"from assetc import asset\n@asset\ndef late(context) -> str: return context.{call}"
        (shop / f"models/late{number}.py").write_text(body.replace("late(", f"late{number}("))
        told = assetc(f"run -s users late{number}")
        assert told.code and "E101" in told.err, told.err


def test_a_ref_is_never_a_source(assetc, shop):
    (shop / "models/users.sql").unlink()
    (shop / "models/late.sql").write_text("select * from {{ ref('users') }}")
    told = assetc("run -s late")
    assert told.code == 2 and "error[E101]: ref('users') names no asset: users is a source" in told.err
    assert "hint: Write source('crm', 'users')" in told.err


def test_a_check_that_cannot_be_executed_ends_those_in_its_transaction(assetc, shop):
    (shop / "checks").mkdir()
    (shop / "checks/a_broken.sql").write_text("select * from orders where nothing_such > 1")
    told = assetc("build -s orders raw_orders")
    assert told.code == 1 and "attempt" not in told.err
    assert "unique_orders_id needs a_broken" in told.err


def test_rows_of_what_reads_something_unbuilt_say_what_to_build(assetc, shop):
    told = assetc("show orders")
    assert (
        told.code == 1
        and "raw_orders is a seed that is not loaded in this target yet: assetc seed --select raw_orders" in told.err
    )
    told = assetc("show unique_orders_id")
    assert told.code == 1 and "models/shop.yml:1:59" in told.err and "--select +orders" in told.err


def test_a_table_that_stands_is_shown_whatever_its_model_says_now(assetc, shop):
    assert assetc("run -s +orders").code == 0
    (shop / "models" / "orders.sql").write_text("selec id, customer from raw_orders")
    assert assetc("show orders --limit 1").code == 0
    (shop / ".assetc" / "warehouse.duckdb").unlink()
    told = assetc("show orders")
    assert told.code == 2 and "E111" in told.err and "E300" not in told.err


def test_retry_tells_of_steps_that_the_project_has_no_more(assetc, shop):
    (shop / "models" / "late.sql").write_text("select error('too late')")
    (shop / "models" / "later.sql").write_text("select error('too late')")
    assert assetc("run -s late later").code == 1
    (shop / "models" / "late.sql").unlink()
    (shop / "models" / "later.sql").write_text("select 1 as id")
    told = assetc("retry")
    assert told.code == 0 and "not in the project any more: late" in told.err


SAME_NAMES = """
models:
  - name: wide
    columns:
      - name: id
        data_tests:
          - not_null: {config: {where: k = 2}}
          - not_null: {config: {where: k = 3}}
          - not_null: {config: {where: k = 3}}
      - {name: k, data_tests: [{not_null: {name: same}}]}
  - name: base
    columns: [{name: extension_id, data_tests: [not_null]}]
  - name: base_extension
    columns: [{name: id, data_tests: [not_null]}]
"""


def test_checks_of_one_name_are_as_many_checks(assetc, shop):
    (shop / "models/wide.sql").write_text("select 1 as id, 2 as k union all select null, 3")
    (shop / "models/base.sql").write_text("select cast(null as int) as extension_id")
    (shop / "models/base_extension.sql").write_text("select 1 as id")
    (shop / "models/wide.yml").write_text(SAME_NAMES)
    for folder, rows in (("a", "where id = 7"), ("b", "")):
        (shop / f"checks/{folder}").mkdir(parents=True)
        (shop / f"checks/{folder}/same.sql").write_text(f"select * from wide {rows}")
    assetc("run -s wide base base_extension")
    ends = [json.loads(line) for line in assetc("test --log-format json").err.splitlines()]
    named = sorted((each["check"], each["check_status"]) for each in ends if "check_status" in each)
    assert [each for each in named if not each[0].startswith("unique")] == [
        ("not_null_base_extension_id", "fail"),
        ("not_null_base_extension_id", "pass"),
        ("not_null_wide_id", "fail"),
        ("not_null_wide_id", "pass"),
        ("same", "fail"),
        ("same", "pass"),
        ("same", "pass"),
    ]
    files = ["checks/a/same.sql", "checks/b/same.sql"]
    listed = {each["name"]: each["status"] for each in assetc("checks list --json").json}
    assert [listed[file] for file in files] == ["pass", "fail"] and len(listed) == len(named)
    assert assetc("show checks/b/same.sql --json").json == [{"id": 1, "k": 2}, {"id": None, "k": 3}]
    for selected in (*files, "b.same", *(name for name in listed if name.startswith("not_null_wide_id."))):
        assert len(assetc(f"test -s {selected} --dry-run --json").json["steps"]) == 1
    assetc("compile")
    assert {each.name for each in (shop / "target/compiled/shop/checks/checks").iterdir()} == {"a", "b"}
    assert "checks/b/same.sql" in assetc("retry").err


ALIASED = """
{% test above(model, column_name, least, other=none) %}
with checked as (select m.{{ column_name }} from {{ model }} m {% if other %}join {{ other }} o using (id){% endif %})
select {{ column_name }} as {{ model.identifier }} from checked where {{ column_name }} > {{ least }}
{% endtest %}
{% test in_users(model, column_name) %}
select * from {{ ref('users') }} where id not in (select {{ column_name }} from {{ model }})
{% endtest %}
"""
EPHEMERAL = """
models:
  - name: users
    columns:
      - name: id
        data_tests:
          - relationships: {to: ref('users'), field: boss, name: is_a_boss, config: {where: "id < 3"}}
          - above: {least: 2}
          - above: {least: 0, other: ref('bosses'), name: above_both}
  - name: orders
    columns: [{name: id, data_tests: [in_users, relationships: {to: ref('orders'), field: id, name: in_itself}]}]
"""


def test_checks_over_ephemeral_models_read_what_these_read(assetc, shop):
    ephemeral = "{{ config(materialized='ephemeral') }}"
    files = {
        "macros/tests.sql": ALIASED,
        "models/users.sql": f"{ephemeral} select id, id - 1 as boss from orders",
        "models/bosses.sql": f"{ephemeral} with b as (select boss as id from users) select * from b",
        "models/shop.yml": EPHEMERAL,
        "checks/both.sql": "with b as (select * from bosses) select * from b join {{ ref('users') }} using (id)",
        "checks/none.sql": "select * from users where id > 9",
    }
    for path, text in files.items():
        (shop / path).parent.mkdir(exist_ok=True)
        (shop / path).write_text(text)
    told = assetc("build --log-format json")
    ends = [json.loads(line) for line in told.err.splitlines() if '"check_status"' in line]
    assert {each["check"]: each["check_status"] for each in ends} == {
        "above_both": "fail",
        "above_users_id__2": "fail",
        "both": "fail",
        "in_itself": "pass",
        "in_users_orders_id": "pass",
        "is_a_boss": "pass",
        "none": "pass",
    }
    assert assetc("show above_users_id__2 --json").json == [{"__dbt__cte__users": 3}]


def test_a_relationship_of_an_asset_to_itself(assetc, shop):
    (shop / "models/users.sql").write_text("select * from (values (1, null), (2, 1), (3, 9)) users(id, boss)")
    checks = "models: [{name: users, columns: [{name: boss, data_tests: [relationships: {to: users, field: id}]}]}]"
    (shop / "models/shop.yml").write_text(checks)
    assert "relationships_users_boss__id__users fails: 1 row" in assetc("build -s users").err
    assetc("run -s users")
    assert assetc("show relationships_users_boss__id__users --json").json == [{"from_field": 9}]


BODIES = """
import pandas as pd
from assetc import asset

@asset
def nothing():
    return None

@asset
def series():
    return pd.Series([1, 2])

@asset
def later():
    return [{"a": 1}]
"""


def test_show_says_what_became_of_a_python_asset_without_rows(assetc, shop):
    (shop / "models/bodies.py").write_text(BODIES)
    assert assetc("run --select nothing series").code == 0
    assert "nothing has no rows to show" in (told := assetc("show nothing").err)
    assert "Its function returned nothing when it ran" in told
    assert "Its value is a Python object" in assetc("show series").err
    assert "later is not built in this target yet: assetc build --select +later" in assetc("show later").err
