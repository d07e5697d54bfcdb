"""Texts inside configuration: what is rendered in them, when, and where their faults stand."""

from __future__ import annotations

import json

import pytest

PROJECT = {
    "dbt_project.yml": "name: shop\nprofile: shop\nvars: {least: 1, field: id, words: [a, b]}\n",
    "profiles.yml": "shop: {outputs: {dev: {type: duckdb, path: dev.duckdb}}}",
    "models/users.sql": "select 1 as id, 'a' as word union all select 2, 'b'",
    "models/firsts.sql": "select 1 as id",
    "macros/of_shop.sql": """\
{% macro firsts() %}{{ return(ref('firsts')) }}{% endmacro %}
{% test holds(model, expression) %}select * from {{ model }} where not ({{ expression }}){% endtest %}
{% test is_mapping(model, given) %}
select 1 as x {% if given is mapping and given.n == 1 %}limit 0{% endif %}
{% endtest %}
""",
}


@pytest.fixture
def statuses(shop, assetc):
    """Makes the shop a dbt project with these checks of `users`, and gives what became of each."""

    def call(checks: str) -> dict[str, str]:
        (shop / "assetc.toml").unlink()
        for path, text in {**PROJECT, "models/users.yml": f"models: [{{name: users, data_tests: {checks}}}]"}.items():
            (shop / path).parent.mkdir(exist_ok=True)
            (shop / path).write_text(text)
        assert assetc("run -s users firsts").code == 0
        lines = assetc("test -s users --log-format json").err.splitlines()
        events = [json.loads(line) for line in lines if line.startswith("{")]
        return {each["check"]: each["event"][6:] for each in events if each["event"].startswith("check.")}

    return call


NOT_NULL = "not_null: {name: it, column_name: id, config: "
RELATED = "relationships: {name: it, column_name: id, "


@pytest.mark.parametrize(
    ("check", "status"),
    [
        (NOT_NULL + """{where: "id > {{ var('least') }}", fail_calc: "{{ 'count(*)' }} + 1"}}""", "fail"),
        (NOT_NULL + """{where: "{% if target.name == 'dev' %} 1 {% endif %} = 1", warn_if: "> {{ 0 }}"}}""", "pass"),
        (NOT_NULL + """{fail_calc: "count(*)+1", severity: "{{ 'warn' if target.name == 'dev' else 0 }}"}}""", "warn"),
        (NOT_NULL + """{fail_calc: "count(*) + 1", enabled: "{{ target.name != 'dev' }}"}}""", None),
        (RELATED + """to: "{{ ref('firsts') }}", field: "{{ var('field') }}"}""", "fail"),
        (RELATED + """to: "{{ firsts() }}", field: id, config: {where: "id = {{ var('least') }}"}}""", "pass"),
        (RELATED + """to: ref('firsts'), field: "var('field')"}""", "fail"),
        ("""accepted_values: {name: it, column_name: word, values: "{{ var('words') }}"}""", "pass"),
        ("""accepted_values: {name: it, column_name: word, values: ["{{ 'a' }}", "{{ target.name }}"]}""", "fail"),
        ("""holds: {name: it, expression: "id in (select id from {{ ref('firsts') }})"}""", "fail"),
        ("""holds: {name: it, arguments: {expression: "id >= {{ var('least') }}"}}""", "pass"),
        ("""is_mapping: {name: it, given: "{{ {'n': var('least')} }}"}""", "pass"),
        ("""is_mapping: {name: it, given: {n: "{{ var('least') }}"}}""", "pass"),
    ],
)  # fmt: skip
def test_templates_of_a_check_are_rendered(statuses, check, status):
    assert statuses(f"[{{{check}}}]").get("it") == status


def test_what_a_template_of_a_check_names_is_read_by_it(statuses, assetc):
    statuses("""[{holds: {name: it, expression: "id in (select id from {{ firsts() }})"}}]""")
    assert "it" in assetc("ls -s firsts+ --resource-type test").out


def test_descriptions_give_the_text_of_docs_blocks(shop, assetc):
    (shop / "models/texts.md").write_text(
        "{% docs whole %} A *table* of {{ nothing }}. {% enddocs %}{% docs part %}its id{% enddocs %}"
    )
    (shop / "models/noted.sql").write_text("select 1 as id")
    described = "{name: id, description: \"{{ doc('shop', 'part') }}\", meta: {of: '{{ target.name }}'}}"
    text = f"models: [{{name: noted, description: \"{{{{ doc('whole') }}}} Here.\", columns: [{described}]}}]"
    (shop / "models/noted.yml").write_text(text)
    shown = json.loads(assetc("asset show noted --json").out)
    assert shown["description"] == "A *table* of {{ nothing }}. Here."
    assert shown["columns"][0]["description"] == "its id" and shown["columns"][0]["meta"] == [["of", "dev"]]
    (shop / "models/texts.md").write_text("{% docs whole %}Other.{% enddocs %}")
    (shop / "models/noted.yml").write_text(text.replace("'shop', 'part'", "'part'"))
    told = assetc("ls")
    assert "E128" in told.err and "description of id: there is no docs block part" in told.err


def test_a_changed_variable_changes_what_a_check_reads(statuses, assetc):
    statuses("""[{holds: {name: it, expression: "id in (select id from {{ ref(var('parent', 'users')) }})"}}]""")
    assert "it" not in assetc("ls -s firsts+ --resource-type test").out
    assert "it" in assetc("ls -s firsts+ --resource-type test --vars {'parent':'firsts'}").out
