{% macro month_of(moment) %}cast(date_trunc('month', {{ moment }}) as date){% endmacro %}

{% macro months_between(first, last) -%}
cast(12 * (extract(year from {{ last }}) - extract(year from {{ first }}))
    + extract(month from {{ last }}) - extract(month from {{ first }}) as integer)
{%- endmacro %}
