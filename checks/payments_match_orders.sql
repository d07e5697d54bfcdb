-- severity: warn
-- Each order has its payment.
select o.order_id
from orders as o
left join payments as p using (order_id)
where p.order_id is null
