-- asset: monthly_revenue
-- No revenue is lost between the orders and the months.
select m.total, o.total
from (select sum(revenue) as total from monthly_revenue) as m, (select sum(revenue) as total from orders) as o
where abs(m.total - o.total) > 0.01
