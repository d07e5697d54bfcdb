{% macro euros(cents) %}round({{ cents }} / 100.0, 2){% endmacro %}

{% macro month_of(moment) %}cast(date_trunc('month', {{ moment }}) as date){% endmacro %}
