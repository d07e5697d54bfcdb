"""A Python asset that only runs SQL: assetc reads the text and knows that it needs `raw_orders` and `products`."""

from assetc import asset

METHODS = ("card", "invoice", "wallet")


@asset
def raw_payments(context):
    """One payment for each order that was not canceled; large orders are paid by invoice."""
    return context.sql(
        f"""
        select
            o.id as order_id,
            o.quantity * p.price_cents as amount_cents,
            case
                when o.quantity * p.price_cents > 20000 then '{METHODS[1]}'
                when o.id % 3 = 0 then '{METHODS[2]}'
                else '{METHODS[0]}'
            end as method,
            o.ordered_at + interval '5 minutes' as paid_at
        from raw_orders as o
        join products as p on p.id = o.product_id
        where o.status <> 'canceled'
        """
    )
