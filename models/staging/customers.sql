{{ config(materialized='view') }}
-- Nobody says ref() here: assetc finds raw_customers (Python) and countries (a seed) in the SQL.
select
    c.id as customer_id,
    c.name,
    c.channel,
    n.country,
    n.region,
    c.signed_up_on
from raw_customers as c
left join countries as n on n.code = c.country
