"""The type that holds the numbers, or the dates, of two types with all their digits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_DECIMAL = re.compile(r"(?:decimal|numeric)\((\d+), ?(\d+)\)")
_DIGITS: Mapping[str, int] = MappingProxyType(
    {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19, "hugeint": 39}
    | {"utinyint": 3, "usmallint": 5, "uinteger": 10, "ubigint": 20, "uhugeint": 39}
)
_FLOATS = ("double", "double precision", "real", "float")
_MOST_DIGITS = 38


def wider_type(first: str, second: str) -> str | None:
    """The type for values of both, None where there is none."""
    one, other = first.lower(), second.lower()
    if _is_number(one) and _is_number(other):
        return _wider_number(one, other)
    moments = [name for name in (one, other) if name.startswith("timestamp")]
    return moments[0] if moments and "date" in (one, other) else None


def _is_number(name: str) -> bool:
    return name in _FLOATS or name in _DIGITS or name == "numeric" or _DECIMAL.fullmatch(name) is not None


def _wider_number(one: str, other: str) -> str | None:
    if one in _FLOATS or other in _FLOATS:
        return "double precision"
    if "numeric" in (one, other):
        return "numeric"
    (whole, places), (more_whole, more_places) = _digits(one), _digits(other)
    if not places and not more_places:
        return one if whole > more_whole else other
    whole, places = max(whole, more_whole), max(places, more_places)
    return f"decimal({whole + places},{places})" if whole + places <= _MOST_DIGITS else None


def _digits(name: str) -> tuple[int, int]:
    """The digits before and after the point."""
    decimal = _DECIMAL.fullmatch(name)
    if decimal is None:
        return _DIGITS[name], 0
    return int(decimal[1]) - int(decimal[2]), int(decimal[2])
