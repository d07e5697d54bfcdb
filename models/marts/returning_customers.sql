-- The share of each month's buyers who had bought before.
with monthly_buyers as (
    select o.order_month, o.customer_id, min({{ month_of('c.first_order_at') }}) as first_month
    from orders as o
    join customer_orders as c on c.customer_id = o.customer_id
    group by o.order_month, o.customer_id
), months as (
    select
        order_month,
        count(*) as buyers,
        count(*) filter (where first_month < order_month) as returning_buyers
    from monthly_buyers
    group by order_month
)
select order_month, buyers, returning_buyers, round(1.0 * returning_buyers / buyers, 4) as returning_rate
from months
order by order_month
