select
    order_id,
    customer,
    cast(ordered_on as date) as ordered_on,
    cast(amount as decimal(10, 2)) as amount
from raw_orders
