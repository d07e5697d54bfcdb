{% macro euros(cents) %}cast({{ cents }} / 100.0 as decimal(12, 2)){% endmacro %}

{% macro month_of(moment) %}cast(date_trunc('month', {{ moment }}) as date){% endmacro %}
