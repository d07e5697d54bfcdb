"""A macro of the project renders the operation that it renders in dbt: its SQL is what is sent."""

from __future__ import annotations

import duckdb
import pytest

INCREMENTAL = (
    "{{ config(materialized='incremental', unique_key='id', incremental_strategy='%s') }} select 1 as id, 2 as n"
)
APPEND = "{{ config(materialized='incremental', incremental_strategy='append') }} select 1 as id, 2 as n"
TABLE = "select 1 as id, 2 as n"
VIEW = "{{ config(materialized='view') }} select 1 as id, 2 as n"
KEYED = "target, source, unique_key, dest_columns, incremental_predicates"
DELETE = "delete from {{ target }} where {{ unique_key }} in (select {{ unique_key }} from {{ source }})"
INSERT = "insert into {{ target }} select {{ dest_columns | map(attribute='quoted') | join(', ') }} from {{ source }}"
BY_MAPPING = (
    "insert into {{ a.target_relation }} select {{ a.dest_columns | map(attribute='quoted') | join(', ') }}"
    " from {{ a.temp_relation }} where {{ a.unique_key }} = 1"
)

CASES = [
    (TABLE, "create_table_as(temporary, relation, sql)", "create table {{ relation }} as {{ sql }}"),
    (TABLE, "get_create_table_as_sql(temporary, relation, sql)", "create table {{ relation }} as {{ sql }}"),
    (TABLE, "duckdb__create_table_as(temporary, relation, sql)", "create table {{ relation }} as {{ sql }}"),
    (TABLE, "default__create_table_as(temporary, relation, sql)", "create table {{ relation }} as {{ sql }}"),
    (VIEW, "create_view_as(relation, sql)", "create or replace view {{ relation }} as {{ sql }}"),
    (VIEW, "get_create_view_as_sql(relation, sql)", "create or replace view {{ relation }} as {{ sql }}"),
    (TABLE, "drop_relation(relation)", "drop {{ relation.type }} if exists {{ relation }}"),
    (TABLE, "get_drop_sql(relation)", "drop table if exists {{ relation }}"),
    (TABLE, "rename_relation(old, new)", "alter table {{ old }} rename to {{ new.identifier }}"),
    (TABLE, "get_rename_sql(relation, name)", "alter table {{ relation }} rename to {{ name }}"),
    (APPEND, "get_incremental_append_sql(a)", BY_MAPPING.partition(" where")[0]),
    (APPEND, "get_insert_into_sql(target, source, dest_columns)", INSERT),
    (INCREMENTAL % "delete+insert", "get_incremental_delete_insert_sql(a)", BY_MAPPING),
    (INCREMENTAL % "delete+insert", f"get_delete_insert_merge_sql({KEYED})", f"{DELETE}; {INSERT}"),
    (INCREMENTAL % "merge", "get_incremental_merge_sql(a)", BY_MAPPING),
    (INCREMENTAL % "merge", f"get_merge_sql({KEYED})", f"{DELETE}; {INSERT}"),
    (INCREMENTAL % "mine", "get_incremental_mine_sql(a)", BY_MAPPING),
]


@pytest.fixture
def macro(shop):
    (shop / "macros").mkdir()

    def call(signature: str, body: str) -> None:
        text = f"{{% macro {signature} %}}/* mine */ {body}{{% endmacro %}}"
        (shop / "macros/m.sql").write_text(text)

    return call


def test_the_rows_of_an_own_strategy_are_those_that_it_wrote(assetc, shop, macro):
    (shop / "models/made.sql").write_text(INCREMENTAL % "mine" + " union all select 3, 4")
    macro("get_incremental_mine_sql(a)", BY_MAPPING)
    assert [assetc("run -s made --json").json["steps"][0]["rows"] for _ in range(2)] == [2, 1]


def sent(shop) -> str:
    return (shop / "logs/assetc.log").read_text()


@pytest.mark.parametrize(("model", "signature", "body"), CASES, ids=[case[1].partition("(")[0] for case in CASES])
def test_its_sql_is_what_is_sent(assetc, shop, macro, model, signature, body):
    (shop / "models/made.sql").write_text(model)
    macro(signature, body)
    for _ in range(2):
        told = assetc("run -s made")
        assert told.code == 0, told.err
    assert "/* mine */" in sent(shop)
    with duckdb.connect(shop / ".assetc/warehouse.duckdb") as connection:
        assert set(connection.execute("from made").fetchall()) == {(1, 2)}


@pytest.mark.parametrize(
    ("signature", "body"),
    [
        ("alter_relation_add_remove_columns(r, add, remove)", "alter table {{ r }} add column {{ add[0].name }} int"),
        ("alter_column_type(r, name, type)", "alter table {{ r }} alter {{ name }} set data type {{ type }}"),
    ],
)
def test_columns_are_altered_by_macros(assetc, shop, macro, signature, body):
    macro(signature, body)
    head = "{{ config(materialized='incremental', on_schema_change='sync_all_columns') }} select "
    for columns in ("1 as id", "'x' as id, 2 as n"):
        (shop / "models/made.sql").write_text(head + columns)
        told = assetc("run -s made")
        assert told.code == 0, told.err
    assert "/* mine */" in sent(shop)
    with duckdb.connect(shop / ".assetc/warehouse.duckdb") as connection:
        assert connection.execute("from made order by all").fetchall() == [("1", None), ("x", 2)]


def test_a_seed_is_loaded_by_a_macro(assetc, shop, macro):
    rows = "{% for row in t.rows %}({{ row[0] }}, '{{ row['customer'] }}', {{ row[2] }}),{% endfor %}"
    macro("load_csv_rows(model, t)", f"insert into {{{{ this }}}} values {rows}")
    assert assetc("seed").code == 0
    assert "/* mine */" in sent(shop)
    with duckdb.connect(shop / ".assetc/warehouse.duckdb") as connection:
        assert connection.execute("select sum(amount), min(customer) from raw_orders").fetchall() == [(35, "ann")]


def test_a_macro_may_do_its_work_by_statement(assetc, shop, macro):
    macro("drop_relation(r)", "{% call statement('d') %}drop table {{ r }} -- by statement\n{% endcall %}")
    (shop / "models/made.sql").write_text(TABLE)
    for _ in range(2):
        assert assetc("run -s made").code == 0


def test_a_fault_of_such_a_macro_is_told_where_it_stands(assetc, shop, macro):
    macro("create_table_as(temporary, relation, sql)", "{{ exceptions.raise_compiler_error('no tables today') }}")
    (shop / "models/made.sql").write_text(TABLE)
    told = assetc("run -s made")
    assert told.code == 1 and "no tables today" in told.err + told.out and "macros/m.sql:1" in told.err + told.out


def test_a_fault_of_the_query_points_at_the_query(assetc, shop, macro):
    macro("create_table_as(temporary, relation, sql)", "create table {{ relation }} as ({{ sql }})")
    (shop / "models/made.sql").write_text("select\n  nope\nfrom (select 1 as x)")
    told = assetc("run -s made")
    assert "models/made.sql:2:3" in told.err + told.out


def test_in_a_dbt_project_too(assetc, shop, macro):
    (shop / "assetc.toml").unlink()
    (shop / "dbt_project.yml").write_text("name: shop\nprofile: shop\nmodels: {+materialized: table}\n")
    (shop / "profiles.yml").write_text("shop: {outputs: {dev: {type: duckdb, path: dev.duckdb}}}")
    macro(
        "create_table_as(temporary, relation, sql)",
        "create table {{ relation }} as select *, 'mine' as by from ({{ sql }})",
    )
    (shop / "models/made.sql").write_text(TABLE)
    assert assetc("run -s made").code == 0
    with duckdb.connect(shop / "dev.duckdb") as connection:
        assert connection.execute("from made").fetchall() == [(1, 2, "mine")]
