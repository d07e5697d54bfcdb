"""Macros and hooks that ask the warehouse and change it, while their step runs."""

from __future__ import annotations

import duckdb
import pytest

MACROS = """
{% macro prune() %}{% do run_query('delete from ' ~ this ~ ' where id = 2') %}{% endmacro %}
{% macro act() %}
  {%- do adapter.create_schema(api.Relation.create(schema='side')) -%}
  {%- do run_query('create table side.old as select 1 as x, 2 as y') -%}
  {%- set old = api.Relation.create(schema='side', identifier='old') -%}
  {%- set new = api.Relation.create(schema='side', identifier='new') -%}
  {%- do adapter.rename_relation(old, new) -%}
  {%- do adapter.alter_column_type(new, 'x', 'VARCHAR') -%}
  {%- do run_query('create view side.seen as select * from side.new') -%}
  {%- set seen = adapter.get_relation(schema='side', identifier='seen') -%}
  {%- set lines = [seen.type, adapter.check_schema_exists(none, 'side'), load_relation(old) is none] -%}
  {%- do lines.append(adapter.list_relations(schema='side') | map(attribute='name') | sort | join(' ')) -%}
  {%- do lines.append(adapter.get_missing_columns(new, this) | map(attribute='name') | join(' ')) -%}
  {%- do lines.append(adapter.get_columns_in_relation(new) | map(attribute='dtype') | join(' ')) -%}
  {%- do lines.append(adapter.execute('select 7 as n', fetch=true)[1].rows[0][0]) -%}
  {%- do adapter.drop_relation(seen) -%}
  {%- do adapter.truncate_relation(new) -%}
  create table told as select '{{ lines | join("; ") }}' as line
{% endmacro %}
"""


@pytest.fixture
def rows(shop):
    def call(sql: str) -> list:
        with duckdb.connect(shop / ".assetc/warehouse.duckdb") as connection:
            return connection.execute(sql).fetchall()

    return call


@pytest.fixture
def write(shop):
    (shop / "macros").mkdir()
    (shop / "macros/m.sql").write_text(MACROS)
    return lambda name, text: (shop / f"models/{name}.sql").write_text(text)


def test_a_hook_works_on_what_was_just_built(assetc, write, rows):
    """Also at the second run, where the old table is still there while the new one is built."""
    write("pruned", "{{ config(post_hook='{{ prune() }}') }} select 1 as id union all select 2")
    for _ in range(2):
        assert assetc("run -s pruned").code == 0
        assert rows("from pruned") == [(1,)]


def test_the_statements_of_a_script_are_no_templates(assetc, write, rows):
    write("script", "create temp table t as select '{{ '{{ this }}' }}' as x; select * from t")
    assert assetc("run -s script").code == 0
    assert rows("from script") == [("{{ this }}",)]


def test_the_adapter_acts_at_step_time(assetc, write, rows):
    write("acting", "{{ config(post_hook='{{ act() }}') }} select 1 as x")
    told = assetc("run -s acting")
    assert told.code == 0, told.err
    assert rows("from told") == [("view; True; True; new seen; y; VARCHAR INTEGER; 7",)]
    assert rows("select table_name from information_schema.tables where table_schema = 'side'") == [("new",)]
    assert rows("select count(*) from side.new") == [(0,)]


def test_what_a_failed_hook_did_is_undone(assetc, write, rows):
    write("failing", "{{ config(post_hook=[\"{{ prune() }}\", 'select no_such_column']) }} select 2 as id")
    assert assetc("run -s failing").code == 1
    with pytest.raises(duckdb.CatalogException):
        rows("from failing")


def test_nothing_acts_before_the_run(assetc, write, rows):
    write("early", "{% do adapter.drop_schema(api.Relation.create(schema='main')) %} select 1 as id")
    told = assetc("compile -s early")
    assert told.code == 2 and "the SQL of early depends on what the warehouse answers" in told.err
    told = assetc("show early")
    assert told.code != 0 and "adapter.drop_schema() changes the warehouse, which only a run does" in told.err


def test_templates_are_heard_and_their_warnings_end_nothing(assetc, shop, write):
    hook = "{{ log('said by the hook', info=true) }}{% do exceptions.warn('careful') %} select 1"
    write("loud", f'{{{{ config(post_hook="{hook}") }}}} {{{{ print("said by the model") }}}} select 1 as id')
    (shop / "macros/t.sql").write_text(
        "{% test sound(model, column_name) %}{% do log('said by the test', info=true) %}{% do exceptions.warn('oh') %}"
        "{% set n = run_query('select count(*) from ' ~ model).columns[0].values()[0] if execute %}"
        "select * from {{ model }} where {{ n }} <> 1{% endtest %}"
    )
    (shop / "models/loud.yml").write_text("models: [{name: loud, columns: [{name: id, data_tests: [sound]}]}]")
    assert assetc("build -s loud").code == 0
    log = (shop / "logs/assetc.log").read_text()
    for said in ("said by the hook", "said by the model", "said by the test", "careful", "oh"):
        assert said in log


CONFIGURED = """{{ config(materialized='incremental', unique_key='id',
    incremental_predicates=['id >= (select min(id) from ' ~ this ~ ')'], meta={'note': 'of ' ~ this.name},
    post_hook=[
        'create or replace table k1 as select count(*) as n from ' ~ this,
        "create or replace table k2 as select '" ~ this.name ~ "' as n, '" ~ (this.schema | upper) ~ "' as s",
        'create or replace table k3 as from ' ~ ref('orders') ~ ' limit 1',
        'create or replace table k4 as select * from ' ~ this.include(database=false),
        noted(source('crm', 'users')),
    ]) }} select 1 as id, '{{ this.schema }}.{{ ref('orders').name }}' as named,
    '{{ config.get('meta').note }}' as note"""


def test_relations_in_the_configuration_are_relations(assetc, shop, write, rows):
    (shop / "macros/n.sql").write_text(
        "{% macro noted(rel) %}create or replace table k5 as select '{{ rel.identifier }}' as x{% endmacro %}"
    )
    write("configured", CONFIGURED)
    assert assetc("build -s raw_orders orders").code == 0
    for _ in range(2):
        told = assetc("run -s configured")
        assert told.code == 0 and "W232" not in told.err, told.err
    assert rows("from configured") == [(1, "main.orders", "of configured")]
    assert rows("from k1") == [(1,)] and rows("from k2") == [("configured", "MAIN")]
    assert len(rows("from k3")) == len(rows("from k4")) == 1 and rows("from k5") == [("users",)]
    lineage = assetc("lineage configured").out
    assert "orders" in lineage and "crm/users" in lineage


LOOKS = """{{ config(materialized='view' if this.identifier == 'looks' and this.schema == 'main_far' else 'table',
    schema='far', tags=['fast' if this.name.startswith('look') else 'slow'], enabled=this.name | length > 0,
    post_hook="create table k as select '" ~ this.schema.split('_')[1] ~ this.name[:3] ~ ref('orders').name ~ "' as x",
    ) }} select 1 as id"""


def test_a_configuration_can_ask_anything_of_a_relation(assetc, shop, write, rows):
    """Also its schema, which is only known when all is configured."""
    (shop / "assetc.toml").write_text('name = "shop"\nschemas = "prefixed"\n')
    write("looks", LOOKS)
    assert assetc("ls -s tag:fast").out.split() == ["looks"]
    assert assetc("build -s +looks").code == 0
    assert rows("from k") == [("farlooorders",)]
    assert rows("select table_type from information_schema.tables where table_name = 'looks'") == [("VIEW",)]


@pytest.mark.parametrize(
    ("key", "config"),
    [
        ("alias", "alias=this.name ~ '_x'"),
        ("schema", "schema=this.schema ~ '_y', post_hook='select 1 from ' ~ this"),
        ("materialized", "schema='far', materialized='ephemeral' if this.schema == 'far' else 'table'"),
        ("enabled", "schema='far', enabled=this.schema == 'far'"),
    ],
)
def test_what_decides_where_an_asset_lives_cannot_be_made_from_a_relation(assetc, write, key, config):
    write("circular", f"{{{{ config({config}) }}}} select 1 as id")
    told = assetc("ls")
    assert "E137" in told.err and f"{key} cannot be made from a relation" in told.err


@pytest.mark.parametrize(
    ("hook", "fault"),
    [
        ("{{ nothing_of_that_name() }}", "hook: nothing_of_that_name is undefined"),
        ("insert into log from {{ ref('nowhere') }}", "hook: ref('nowhere') names an asset that does not exist"),
        ("{{ broken() }}", "hook: nothing_here is undefined"),
    ],
)
def test_a_fault_in_a_hook_is_one_of_the_compilation(assetc, shop, write, hook, fault):
    (shop / "macros/b.sql").write_text("{% macro broken() %}{{ nothing_here() }}{% endmacro %}")
    write("faulty", f'{{{{ config(post_hook=["{hook}", "grant odd words"]) }}}}\nselect 1 as id')
    told = assetc("compile -s faulty")
    assert told.code == 2 and fault in told.err and told.err.count("error[") == 1
    assert "models/faulty.sql:1:" in told.err and ('post_hook=["' in told.err or "macros/b.sql" in told.err)
    write("faulty", '{{ config(post_hook=\'{{ run_query("select 1") and "select 2" }}\') }} select 1 as id')
    assert assetc("build -s faulty").code == 0


def test_a_hook_sees_the_configuration_of_its_asset(assetc, write, rows):
    write(
        "named",
        "{{ config(meta={'n': 3}, post_hook=\"create table k as select {{ config.get('meta').n }} as n\") }} select 1",
    )
    assert assetc("run -s named").code == 0
    assert rows("from k") == [(3,)]
