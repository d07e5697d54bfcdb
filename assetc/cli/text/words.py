"""Numbers as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def duration(seconds: float) -> str:
    """`0.42 s`, `12.4 s`, `3 min 05 s`, `2 h 07 min`."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def quantity(number: int) -> str:
    """`18,204`, `1.20 M`, `4.31 G`."""
    for unit, size in (("G", 10**9), ("M", 10**6)):
        if abs(number) >= size:
            return f"{number / size:.2f} {unit}"
    return f"{number:,}"


def plural(number: int, noun: str) -> str:
    """`1 asset`, `3 assets`, `2 queries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{quantity(number)} {noun[:-1]}ies" if noun.endswith("ry") else f"{quantity(number)} {noun}s"


def clock(at: float) -> str:
    """The time of day in UTC."""
    return _clock(int(at))


@lru_cache(maxsize=8)
def _clock(second: int) -> str:
    """Many lines are written in one second."""
    return datetime.fromtimestamp(second, UTC).strftime("%H:%M:%S")


def moment(timestamp: str) -> str:
    """A timestamp as people read it: `2026-11-21 09:30:12`, UTC."""
    return timestamp[:19].replace("T", " ")


def timestamp(at: float) -> str:
    """The moment in ISO form, UTC, milliseconds."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
