select
    c.customer_id,
    c.country,
    c.channel,
    c.signed_up_on,
    min(o.ordered_at) as first_order_at,
    max(o.ordered_at) as last_order_at,
    count(o.order_id) as orders,
    coalesce(sum(o.revenue), 0) as revenue
from customers as c
left join orders as o on o.customer_id = c.customer_id
group by c.customer_id, c.country, c.channel, c.signed_up_on
