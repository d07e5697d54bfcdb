select
    category,
    order_month,
    sum(revenue) as revenue,
    sum(margin) as margin,
    round(sum(margin) / nullif(sum(revenue), 0), 3) as margin_rate
from orders
group by category, order_month
