select
    case when v.score >= 8 then 'champion' when v.score >= 5 then 'regular' else 'occasional' end as segment,
    c.country,
    count(*) as customers,
    round(sum(c.revenue), 2) as revenue
from customer_value as v
join customer_orders as c on c.customer_id = v.customer_id
group by 1, 2
order by 1, 2
