-- The orders that count: what was canceled never happened, what was returned brings nothing.
select
    order_id,
    customer_id,
    ordered_at,
    {{ month_of('ordered_at') }} as order_month,
    status,
    product,
    category,
    quantity,
    case when status = 'returned' then 0 else {{ euros('amount_cents') }} end as revenue,
    case when status = 'returned' then 0 else {{ euros('margin_cents') }} end as margin
from priced_orders
where status <> 'canceled'
