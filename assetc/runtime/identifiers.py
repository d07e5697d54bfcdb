"""Identifiers of runs and events: unique everywhere, and sorted by the time at which they were made."""

from __future__ import annotations

import secrets
import time


def new_id() -> str:
    """A new identifier: 13 hexadecimal digits of time, to the microsecond, and 8 of chance."""
    return f"{time.time_ns() // 1000:013x}{secrets.token_hex(4)}"
