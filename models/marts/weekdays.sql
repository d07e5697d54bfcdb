select
    dayofweek(day) as weekday,
    dayname(day) as name,
    round(avg(orders), 1) as orders_per_day,
    round(avg(revenue), 2) as revenue_per_day
from daily_sales
group by all
order by 1
