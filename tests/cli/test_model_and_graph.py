"""What templates are told of nodes and of the invocation: `model`, `graph`, `invocation_id` and their like."""

from __future__ import annotations

import json
import re

import pytest

DBT = {
    "dbt_project.yml": "name: shop\nprofile: shop\nmodels: {shop: {mart: {+schema: gold, +meta: {owner: ann}}}}\n",
    "profiles.yml": "shop: {outputs: {dev: {type: duckdb, path: dev.duckdb}}}",
    "models/shop.yml": "models: [{name: late, description: Late ones, columns: [{name: id}]}]\n"
    "sources: [{name: crm, tables: [{name: users}]}]\n",
    "models/first.sql": "select 1 as id",
}


@pytest.fixture
def write(shop):
    """A dbt project with these files in place of the shop."""
    for path in shop.rglob("*.*"):
        path.unlink()

    def call(files: dict[str, str]) -> None:
        for path, text in {**DBT, **files}.items():
            (shop / path).parent.mkdir(parents=True, exist_ok=True)
            (shop / path).write_text(text)

    return call


def shown(assetc, name: str):
    (row,) = assetc(f"show {name} --json").json
    return row


def test_a_model_knows_itself(assetc, write):
    fields = ("name", "alias", "unique_id", "resource_type", "package_name", "path", "original_file_path", "database")
    fields += ("schema", "relation_name", "description", "config.materialized", "config.unique_key", "meta.owner")
    fields += ("patch_path", "columns.id.name", "fqn | join('.')", "tags | join", "depends_on.nodes | join", "language")
    told = ", ".join(f"'{{{{ model.{field} }}}}' as c{number}" for number, field in enumerate(fields))
    config = "{{ config(materialized='table', alias='later', tags=['x'], unique_key='id', group='g') }}"
    write({"models/mart/late.sql": f"{config} select id, {told} from {{{{ ref('first') }}}}"})
    assert assetc("run").code == 0
    assert list(shown(assetc, "late").values())[1:] == [
        *("late", "later", "model.shop.late", "model", "shop", "mart/late.sql", "models/mart/late.sql", "dev"),
        *("main_gold", '"dev"."main_gold"."later"', "Late ones", "table", "id", "ann"),
        *("shop://models/shop.yml", "id", "shop.mart.late", "x", "model.shop.first", "sql"),
    ]


def test_before_values_are_known_a_model_knows_its_file_and_folder(assetc, write):
    named = "{{ config(alias=model.name ~ '_' ~ model.schema ~ '_' ~ model.meta.owner) }} select 1 as id"
    write({"models/mart/late.sql": named})
    assert json.loads(assetc("ls -s late --output json").out)["alias"] == "late_main_gold_ann"


GRAPH = """select
    {{ graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | list | length }} as models,
    '{{ graph.nodes | sort | join(' ') }}' as nodes, '{{ graph.sources | join }}' as sources,
    '{% if execute %}{{ graph.nodes['model.shop.last'].depends_on.nodes | join }}{% endif %}' as needs,
    '{{ graph.exposures }}' as exposures, {{ graph.get('metrics') | length }} as metrics
"""


def test_a_graph_holds_every_node_when_values_are_known(assetc, write):
    write({"models/all.sql": GRAPH, "models/last.sql": "select * from {{ ref('first') }}", "tests/own.sql": "select 1"})
    assert assetc("run").code == 0
    assert shown(assetc, "all") == {
        "models": 3,
        "nodes": "model.shop.all model.shop.first model.shop.last test.shop.own",
        "sources": "source.shop.crm.users",
        "needs": "model.shop.first",
        "exposures": "{}",
        "metrics": 0,
    }
    assert "W232" not in assetc("ls").err


TOLD = """
{% test told(model, column_name) %}
    {{ log('test ' ~ context['model'].name ~ ' of ' ~ context['model'].attached_node ~ ' ' ~ this.name, info=true) }}
    select * from {{ model }} where 1 = 0
{% endtest %}
{% macro told_by(node) %}{{ node.name }} is one of {{ graph.nodes | length }}{% endmacro %}
"""


def test_hooks_tests_and_macros_know_of_nodes(assetc, write):
    hook = "{{ config(post_hook=\"{{ log('hook of ' ~ told_by(model) ~ model.depends_on.nodes, info=true) }}\") }}"
    own = "{{ log('file ' ~ model.name ~ ' ' ~ model.resource_type ~ ' ' ~ model.depends_on.nodes, info=true) }}"
    write(
        {
            "macros/told.sql": TOLD,
            "models/shop.yml": "models: [{name: late, columns: [{name: id, data_tests: [told]}]}]",
            "models/late.sql": hook + " select * from {{ ref('first') }}",
            "tests/own.sql": own + " select * from {{ ref('late') }} where 1 = 0",
        }
    )
    told = assetc("build")
    assert told.code == 0 and "W232" not in told.err
    assert "hook of late is one of 4['model.shop.first']" in told.err
    assert "test told_late_id of model.shop.late told_late_id" in told.err
    assert "file own test ['model.shop.late']" in told.err


def test_what_a_node_lacks_is_said_with_what_is_near(assetc, write):
    write({"models/late.sql": "select '{{ model.nmae }}' as id"})
    told = assetc("ls")
    assert "warning[W232]: the model has no nmae: nothing is printed" in told.err and "name" in told.err


INVOCATION = (
    "select '{{ invocation_id }}' as id, '{{ flags.WHICH }}' as which, '{{ invocation_args_dict.which }}' as command,"
    " '{{ dbt_metadata_envs.JOB }}' as job, '{{ selected_resources | sort | join(' ') }}' as selected"
)


def test_an_invocation_has_an_id_arguments_and_what_was_selected(assetc, write, monkeypatch):
    monkeypatch.setenv("DBT_ENV_CUSTOM_ENV_JOB", "nightly")
    write({"models/late.sql": INVOCATION, "models/first.sql": INVOCATION})
    assert assetc("run -s late first").code == 0
    late, first = shown(assetc, "late"), shown(assetc, "first")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", late["id"]) and late == first
    del late["id"]
    selected = "model.shop.first model.shop.late"
    assert late == {"which": "run", "command": "run", "job": "nightly", "selected": selected}
    assetc("run -s late")
    assert shown(assetc, "late")["id"] != first["id"] and shown(assetc, "late")["selected"] == "model.shop.late"
