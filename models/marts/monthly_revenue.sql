select
    order_month,
    count(*) as orders,
    count(distinct customer_id) as customers,
    sum(revenue) as revenue,
    sum(margin) as margin,
    round(sum(revenue) / count(*), 2) as revenue_per_order
from orders
group by order_month
order by order_month
