"""A Python asset between SQL assets: it reads one table and SQL reads its own."""

import pandas as pd

from assetc import asset


@asset
def customer_value(customer_orders: pd.DataFrame) -> pd.DataFrame:
    """Each buyer's value in thirds: how recent, how often, how much."""
    buyers = customer_orders[customer_orders["orders"] > 0].sort_values("customer_id", ignore_index=True)
    newest = buyers["last_order_at"].max()
    buyers["days_since_order"] = (newest - buyers["last_order_at"]).dt.days
    thirds = {"recency": -buyers["days_since_order"], "frequency": buyers["orders"], "amount": buyers["revenue"]}
    for name, values in thirds.items():
        buyers[name] = (values.rank(method="first", pct=True) * 3).clip(upper=2.999).astype("int64") + 1
    buyers["score"] = buyers[["recency", "frequency", "amount"]].sum(axis="columns")
    return buyers[["customer_id", "recency", "frequency", "amount", "score"]]
