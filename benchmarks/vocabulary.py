"""The words of which a generated project is made."""

from __future__ import annotations

DOMAINS = ("sales", "finance", "marketing", "product", "support", "logistics", "people", "web")
ENTITIES = (
    "orders", "payments", "accounts", "events", "tickets", "shipments", "sessions", "invoices",
    "contacts", "campaigns", "refunds", "subscriptions",
)  # fmt: skip
MEASURES = (
    "amount", "quantity", "discount", "tax", "shipping_cost", "refund_amount", "unit_price", "margin",
    "fee", "weight", "score", "duration_s", "impressions", "clicks", "cost", "balance",
)  # fmt: skip
ATTRIBUTES = (
    "country", "channel", "category", "segment", "currency", "device", "plan", "source_system",
    "region", "campaign_code", "owner_name", "email",
)  # fmt: skip
STATUSES = ("new", "open", "closed", "deleted")
