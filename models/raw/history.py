"""Three years of a shop that never existed: customers and orders, drawn from a seeded generator.

People come back less and less often, buy more before Christmas and on weekends, and the shop grows.
"""

import math
import random
from datetime import date, timedelta

import pandas as pd

from assetc import asset

FIRST_DAY = date(2023, 1, 1)
DAYS = 3 * 365
CUSTOMERS = 17_500
COUNTRIES = {"DE": 44, "FR": 20, "NL": 14, "AT": 9, "CH": 8, "DK": 5}
CHANNELS = {"search": 45, "direct": 30, "newsletter": 15, "friend": 10}


def season(day: date) -> float:
    """How busy a day is, compared with an average one."""
    of_year = 1 + 0.18 * math.cos(2 * math.pi * (day.timetuple().tm_yday - 345) / 365)
    christmas = 1.6 if day.month == 12 and day.day < 21 else 1.0
    weekend = 1.25 if day.weekday() >= 5 else 0.9
    return of_year * christmas * weekend


def pick(random_source: random.Random, weights: dict[str, int]) -> str:
    return random_source.choices(list(weights), list(weights.values()))[0]


@asset
def raw_customers() -> pd.DataFrame:
    """Everybody who ever signed up."""
    source = random.Random(7)
    rows = []
    for number in range(1, CUSTOMERS + 1):
        # The square root makes the shop grow: later days get more newcomers.
        day = FIRST_DAY + timedelta(days=int(DAYS * math.sqrt(source.random())))
        rows.append(
            {
                "id": number,
                "name": f"Customer {number:05d}",
                "country": pick(source, COUNTRIES),
                "channel": pick(source, CHANNELS),
                "signed_up_on": day,
            }
        )
    return pd.DataFrame(rows)


@asset
def raw_orders(raw_customers: pd.DataFrame) -> pd.DataFrame:
    """About 50,000 orders, one line each, in cents."""
    source = random.Random(11)
    last_day = FIRST_DAY + timedelta(days=DAYS - 1)
    rows = []
    for customer in raw_customers.sort_values("id").itertuples():
        day = pd.Timestamp(customer.signed_up_on).date()
        loyalty = source.betavariate(2.6, 1.2)
        while day <= last_day:
            if source.random() < min(1.0, season(day) * 0.75):
                quantity = 1 + min(int(source.expovariate(1.1)), 5)
                rows.append(
                    {
                        "customer_id": customer.id,
                        "product_id": 1 + int(24 * source.random() ** 1.5),
                        "quantity": quantity,
                        "ordered_at": pd.Timestamp(day) + pd.Timedelta(minutes=source.randrange(7 * 60, 23 * 60)),
                        "status": pick(source, {"completed": 90, "returned": 6, "canceled": 4}),
                    }
                )
                if source.random() > loyalty:
                    break
            day += timedelta(days=1 + int(source.expovariate(1 / 55)))
    frame = pd.DataFrame(rows).sort_values(["ordered_at", "customer_id"], ignore_index=True)
    frame.insert(0, "id", range(1, len(frame) + 1))
    return frame
