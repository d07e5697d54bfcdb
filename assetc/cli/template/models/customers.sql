select
    customer,
    count(*) as orders,
    sum(amount) as revenue,
    min(ordered_on) as first_order,
    max(ordered_on) as last_order
from orders
group by customer
