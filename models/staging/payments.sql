{{ config(materialized='view') }}
select order_id, {{ euros('amount_cents') }} as amount, method, paid_at
from raw_payments
