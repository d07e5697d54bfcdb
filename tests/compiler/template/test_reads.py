"""The trace of a render says exactly when it must be repeated."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest
from msgspec.structs import replace
from plain_names import PlainNames

from assetc.compiler.template.macros import MacroFile, MacroLibrary
from assetc.compiler.template.reads import still_valid
from assetc.compiler.template.render import render
from assetc.compiler.template.rendered import Rendered
from assetc.compiler.template.surroundings import Flags, Surroundings, Template

MACROS = """
{% macro used() %}{{ inner() }}{% endmacro %}
{% macro inner() %}1{% endmacro %}
{% macro unused() %}2{% endmacro %}
{% macro default__greet() %}hello{% endmacro %}
{% macro greet() %}{{ adapter.dispatch('greet')() }}{% endmacro %}
"""


def library(text: str) -> MacroLibrary:
    return MacroLibrary.of([MacroFile("macros/m.sql", text, "p")])


BEFORE = Surroundings(
    "p",
    datetime(2026, 1, 2, tzinfo=UTC),
    variables={"a": 1, "p": {"scoped": 1}},
    environment={"REGION": "eu"},
    target={"name": "dev", "schema": "main"},
    flags=Flags(execute=True),
    library=library(MACROS),
    members={"partition_key": "2026-01-01"},
    trace_key=b"key",
)


class Prefixed(PlainNames):
    def ref(self, package: str | None, name: str, version: str | None) -> object:
        return f"prod.{name}"


CHANGES: Mapping[str, Surroundings] = {
    "variable": replace(BEFORE, variables={"a": 2, "p": {"scoped": 1}}),
    "scoped variable": replace(BEFORE, variables={"a": 1, "p": {"scoped": 2}}),
    "given variable": replace(BEFORE, given_variables={"a": 5}),
    "environment": replace(BEFORE, environment={"REGION": "us"}),
    "other environment": replace(BEFORE, environment={"REGION": "eu", "OTHER": "x"}),
    "target name": replace(BEFORE, target={"name": "prod", "schema": "main"}),
    "target schema": replace(BEFORE, target={"name": "dev", "schema": "other"}),
    "clock": replace(BEFORE, now=datetime(2026, 1, 3, tzinfo=UTC)),
    "incremental": replace(BEFORE, flags=Flags(execute=True, is_incremental=True)),
    "moment": replace(BEFORE, flags=Flags()),
    "macro": replace(BEFORE, library=library(MACROS.replace("%}1{%", "%}3{%"))),
    "unused macro": replace(BEFORE, library=library(MACROS.replace("%}2{%", "%}3{%"))),
    "nearer macro": replace(BEFORE, library=library(MACROS + "{% macro duckdb__greet() %}quack{% endmacro %}")),
    "macro in place of ref": replace(BEFORE, library=library(MACROS + "{% macro ref(x) %}{{ x }}{% endmacro %}")),
    "relation": replace(BEFORE, names=Prefixed()),
    "member": replace(BEFORE, members={"partition_key": "2026-01-02"}),
}
TEMPLATES = {
    "select 1": set(),
    "{{ ref('a') }}": {"relation", "macro in place of ref"},
    "{{ ref('a') | trim }}": {"relation", "macro in place of ref"},
    "{{ var('a') }}": {"variable", "given variable"},
    "{{ var('a') + 1 }}": {"variable", "given variable"},
    "{{ var('scoped') }}": {"scoped variable"},
    "{{ var('none', 1) }}": set(),
    "{{ env_var('REGION') }}": {"environment"},
    "{{ env_var('OTHER', 'd') }}": {"other environment"},
    "{{ target.name }}": {"target name"},
    "{% if target['schema'] == 'x' %}1{% endif %}": {"target schema"},
    "{{ used() }}": {"macro"},
    "{{ greet() }}": {"nearer macro"},
    "{{ run_started_at.year }}": {"clock"},
    "{{ modules.datetime.datetime.now() }}": {"clock"},
    "{{ modules.datetime.date(2020, 1, 1) }}": set(),
    "{% if is_incremental() %}1{% endif %}": {"incremental"},
    "{% if execute %}1{% endif %}": {"moment"},
    "{{ partition_key }}": {"member"},
}


@pytest.mark.parametrize("text", TEMPLATES)
def test_a_render_is_repeated_when_what_it_read_changed(text: str) -> None:
    rendered = render(Template("models/m.sql", text), BEFORE)
    assert rendered.problems == ()
    assert still_valid(rendered.reads, BEFORE)
    repeated = {name for name, after in CHANGES.items() if not still_valid(rendered.reads, after)}
    assert repeated == TEMPLATES[text]
    for name, after in CHANGES.items():
        if name not in repeated:
            assert render(Template("models/m.sql", text), after).text == rendered.text


def test_the_trace_holds_no_value_of_the_environment() -> None:
    rendered = render(Template("models/m.sql", "{{ env_var('REGION') | upper }}"), BEFORE)
    (read,) = (read for read in rendered.reads if read.kind == "env")
    assert read.name == "REGION"
    other_key = render(Template("models/m.sql", "{{ env_var('REGION') | upper }}"), replace(BEFORE, trace_key=b"other"))
    assert read not in other_key.reads


def test_a_rendered_template_can_be_stored() -> None:
    text = "{{ config(a=[1, none]) }}{{ ref('a', v=1) }}{{ used() }}{{ nope }}{{ log('x') }}"
    rendered = render(Template("models/m.sql", text), BEFORE)
    stored = msgspec.msgpack.encode(rendered)
    assert msgspec.msgpack.decode(stored, type=Rendered) == rendered


def test_literal_templates_and_traces_import_no_jinja() -> None:
    program = """
import sys
from datetime import UTC, datetime
from assetc.compiler.template.macros import MacroFile, MacroLibrary
from assetc.compiler.template.reads import still_valid
from assetc.compiler.template.render import render
from assetc.compiler.template.surroundings import Surroundings, Template
macros = MacroLibrary.of([MacroFile("m.sql", "{% macro a() %}1{% endmacro %}", "p")])
surroundings = Surroundings("p", datetime(2026, 1, 2, tzinfo=UTC), library=macros)
text = "{{ config(a=1, b=['x'], c={'d': 'e'}) }}{# x #} from {{ ref('a') }}, {{ source('b', 'c') }}, {{ this }}"
assert still_valid(render(Template("models/m.sql", text), surroundings).reads, surroundings)
loaded = {"jinja2", "yaml", "sqlglot", "pytz"} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", program], check=True)
