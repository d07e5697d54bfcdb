{{ config(materialized='incremental', unique_key='day', incremental_strategy='delete+insert') }}
-- Days are added as they come; the newest one is counted again, because it may not have been over.
select
    cast(ordered_at as date) as day,
    count(*) as orders,
    count(distinct customer_id) as customers,
    sum(revenue) as revenue
from orders
{% if is_incremental() %}
where ordered_at >= (select max(day) from {{ this }})
{% endif %}
group by 1
