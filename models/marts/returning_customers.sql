-- The share of each month's buyers who had bought before.
with monthly_buyers as (
    select o.order_month, o.customer_id, min({{ month_of('c.first_order_at') }}) as first_month
    from orders as o
    join customer_orders as c on c.customer_id = o.customer_id
    group by all
)
select
    order_month,
    count(*) as buyers,
    count(*) filter (where first_month < order_month) as returning_buyers,
    round(returning_buyers / buyers, 4) as returning_rate
from monthly_buyers
group by order_month
order by order_month
