-- Of those whose first order was in a month: how many ordered again, so many months later?
with firsts as (
    select customer_id, {{ month_of('first_order_at') }} as cohort
    from customer_orders
    where orders > 0
), activity as (
    select f.cohort, {{ months_between('f.cohort', 'o.order_month') }} as months_later, o.customer_id
    from orders as o
    join firsts as f on f.customer_id = o.customer_id
), sizes as (
    select cohort, count(*) as size from firsts group by cohort
)
select
    a.cohort,
    s.size,
    a.months_later,
    count(distinct a.customer_id) as active,
    round(1.0 * count(distinct a.customer_id) / s.size, 4) as retention
from activity as a
join sizes as s on s.cohort = a.cohort
group by a.cohort, s.size, a.months_later
order by a.cohort, a.months_later
