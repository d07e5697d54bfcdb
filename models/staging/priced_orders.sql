{{ config(materialized='ephemeral') }}
select
    o.id as order_id,
    o.customer_id,
    o.ordered_at,
    o.status,
    o.quantity,
    p.name as product,
    p.category,
    o.quantity * p.price_cents as amount_cents,
    o.quantity * (p.price_cents - p.cost_cents) as margin_cents
from raw_orders as o
join products as p on p.id = o.product_id
