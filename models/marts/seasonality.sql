-- How much busier than an average month each month of the year is: 1.0 is average.
with months as (
    select
        cast(extract(month from day) as integer) as month,
        cast(extract(year from day) as integer) as year,
        sum(revenue) as revenue
    from daily_sales
    group by 1, 2
), years as (
    select year, avg(revenue) as average from months group by year having count(*) = 12
)
select m.month, round(avg(m.revenue / y.average), 3) as seasonal_index
from months as m
join years as y using (year)
group by m.month
order by m.month
