select
    cast(extract(dow from day) as integer) as weekday,
    case cast(extract(dow from day) as integer)
        when 0 then 'Sunday'
        when 1 then 'Monday'
        when 2 then 'Tuesday'
        when 3 then 'Wednesday'
        when 4 then 'Thursday'
        when 5 then 'Friday'
        else 'Saturday'
    end as name,
    round(avg(orders), 1) as orders_per_day,
    round(avg(revenue), 2) as revenue_per_day
from daily_sales
group by 1, 2
order by 1
