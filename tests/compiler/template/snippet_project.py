"""The little project in which the cases of `dbt.md` are rendered, by dbt and by assetc. Standard library only."""

MACROS = """
{% macro cents_to_dollars(column, scale=2) %}
    round({{ column }} / 100.0, {{ scale }})
{% endmacro %}

{% macro payment_methods() %}{{ return(['card', 'coupon']) }}{% endmacro %}

{% macro early(stop) %}a{% if stop %}{% do return('stopped') %}{% endif %}b{% endmacro %}

{% macro countdown(n) %}{{ n }}{% if n > 0 %} {{ countdown(n - 1) }}{% endif %}{% endmacro %}

{%- macro wrapped(tag) -%}
<{{ tag }}>{{ caller() }}</{{ tag }}>
{%- endmacro -%}

{% macro each(items) %}{% for item in items %}{{ caller(item) }}{% endfor %}{% endmacro %}

{% macro everything(first) %}{{ first }} {{ varargs }} {{ kwargs }}{% endmacro %}

{% macro optional(a) %}{{ a }}{% endmacro %}

{% macro greet(who) %}{{ return(adapter.dispatch('greet', 'shop')(who)) }}{% endmacro %}
{% macro default__greet(who) %}hello {{ who }}{% endmacro %}
{% macro duckdb__greet(who) %}quack {{ who }}{% endmacro %}
{% macro snowflake__greet(who) %}brr {{ who }}{% endmacro %}

{% macro sees_secret() %}{{ secret is defined }}{% endmacro %}

{% macro refs_inside() %}{{ ref('orders') }} {{ this.name }}{% endmacro %}

{% macro pivot(values) %}
  {%- for value in values %}
    sum(case when x = '{{ value }}' then 1 end) as {{ value }}
    {%- if not loop.last %},{% endif -%}
  {% endfor %}
{%- endmacro %}

{% macro outer_macro(x) %}({{ inner_macro(x) }}){% endmacro %}
{% macro inner_macro(x) %}[{{ x | upper }}]{% endmacro %}
"""

VARIABLES = {"limit": 10, "word": "hello", "items": ["a", "b", "c"], "nested": {"a": {"b": "deep"}}}
ENVIRONMENT = {"ASSETC_SNIPPET": "from the environment"}
TARGET = {
    "name": "dev",
    "target_name": "dev",
    "profile_name": "shop",
    "type": "duckdb",
    "schema": "main",
    "database": "shop",
    "threads": 1,
}
