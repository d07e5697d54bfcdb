select
    order_month,
    count(*) as orders,
    count(distinct customer_id) as customers,
    sum(revenue) as revenue,
    sum(margin) as margin,
    sum(revenue) / count(*) as revenue_per_order
from orders
group by order_month
order by order_month
