-- ref() works too; it is never required.
select p.method, o.order_month, count(*) as payments, sum(p.amount) as amount
from payments as p
join {{ ref('orders') }} as o on o.order_id = p.order_id
group by p.method, o.order_month
