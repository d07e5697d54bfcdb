"""JSON in one line."""

from __future__ import annotations

import json
from decimal import Decimal

Fields = dict[str, object]


def encoded(fields: object) -> str:
    """JSON in one line; decimals are numbers, any other value without a JSON form is written as text."""
    return json.dumps(fields, ensure_ascii=False, default=_known, separators=(",", ":"))


def _known(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)
