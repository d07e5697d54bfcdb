"""Macro files are scanned without Jinja; what is wrong with them is reported once."""

from __future__ import annotations

from assetc.compiler.template.blocks import find_blocks
from assetc.compiler.template.jinja import check_macros
from assetc.compiler.template.macros import MacroFile, MacroLibrary


def described(text: str) -> list[str]:
    return [
        f"{block.kind} {block.name} {block.adapter} {text[block.body_start : block.body_end]!r}"
        for block in find_blocks(text)
    ]


def test_blocks_of_every_kind_are_found() -> None:
    text = """
{% macro a(x='%}', y="endmacro") -%} one {%- endmacro %}
{# {% macro commented() %}{% endmacro %} #}
{% raw %}{% macro in_raw() %}{% endmacro %}{% endraw %}
{% test t(model) %}two{% endtest %}{%- data_test d(model) -%}three{%- enddata_test -%}
{% materialization m, adapter='duckdb', supported_languages=['sql'] %}four{% endmaterialization %}
{% materialization n, default %}five{% endmaterialization %}
{% snapshot s %}six {% macro inner() %}{% endmacro %}{% endsnapshot %}
{% docs p %}# seven {{ ref('x') }} {% enddocs %}
{% macro outer() %}{% macro nested() %}x{% endmacro %}{% endmacro %}
"""
    assert described(text) == [
        "macro a default ' one '",
        "test t default 'two'",
        "test d default 'three'",
        "materialization m duckdb 'four'",
        "materialization n default 'five'",
        "snapshot s default 'six {% macro inner() %}{% endmacro %}'",
        "docs p default \"# seven {{ ref('x') }} \"",
        "macro outer default '{% macro nested() %}x{% endmacro %}'",
    ]
    assert check_macros(MacroFile("m.sql", text, "p")) == ()


def test_a_library_knows_its_macros_and_tests() -> None:
    text = "{% macro a() %}{% endmacro %}{% test t(model) %}{% endtest %}{% docs d %}{% enddocs %}"
    library = MacroLibrary.of([MacroFile("m.sql", text, "p")])
    assert sorted(library.macros) == [("p", "a"), ("p", "test_t")]
    assert [macro.block.name for macro in library.tests()] == ["t"]
    assert library.find("a", ["other", "p"]) is library.macros["p", "a"]
    assert library.find("a", ["other"]) is None


def test_blocks_without_an_end_and_names_defined_twice_are_problems() -> None:
    files = [
        MacroFile("a.sql", "{% macro a() %}1{% endmacro %}\n{% macro open() %}", "p"),
        MacroFile("b.sql", "{% macro a() %}2{% endmacro %}", "p"),
        MacroFile("c.sql", "{% macro a() %}3{% endmacro %}", "other"),
    ]
    library = MacroLibrary.of(files)
    assert [(problem.code, str(problem.span)) for problem in library.problems] == [
        ("E138", "b.sql:1:1"),
        ("E130", "a.sql:2:1"),
    ]


def test_every_macro_that_is_no_jinja_is_reported() -> None:
    text = "{% macro a() %}{{ }}{% endmacro %}\n{% macro b() %}{% endmacro %}\n{% macro c() %}{% if %}{% endmacro %}"
    assert [(problem.code, str(problem.span)) for problem in check_macros(MacroFile("m.sql", text, "p"))] == [
        ("E130", "m.sql:1:19"),
        ("E130", "m.sql:3:22"),
    ]
