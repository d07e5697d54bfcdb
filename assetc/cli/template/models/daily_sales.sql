{{ config(materialized='view') }}

select
    ordered_on,
    count(*) as orders,
    sum(amount) as revenue
from orders
group by ordered_on
