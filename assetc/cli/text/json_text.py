"""Values as JSON that every reader takes: no NaN, no infinity, and every digit of a decimal."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite, isnan

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_PLAIN = frozenset({str, int, bool, type(None)})


def encoded(value: object) -> str:
    """JSON in one line. What JSON has no form for is a text: `NaN`, `-Infinity`, a date, `\\x00ff` for bytes."""
    plain = _with_json_form(value)
    try:
        return _ENCODER.encode(plain).decode()
    except UnicodeEncodeError:  # a half of a character, which no file can hold
        return _ENCODER.encode(_with_json_form(value, whole=True)).decode()


def _with_json_form(value: object, *, whole: bool = False) -> object:
    if type(value) in _PLAIN and not (whole and isinstance(value, str)):
        return value
    match value:
        case str():
            return str(value).encode("utf-8", "replace").decode() if whole else str(value)
        case int():
            return int(value)
        case float() | Decimal():
            return value if isfinite(value) else _name_of(value)
        case bytes() | bytearray() | memoryview():
            return text_of_bytes(value)
        case Mapping():
            return {str(key): _with_json_form(each, whole=whole) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_with_json_form(each, whole=whole) for each in value]
        case _:
            return str(value)


def _name_of(number: float | Decimal) -> str:
    """What JavaScript and PostgreSQL call a number that JSON does not have."""
    return "NaN" if isnan(number) else "Infinity" if number > 0 else "-Infinity"


def text_of_bytes(value: bytes | bytearray | memoryview) -> str:
    """Bytes in hexadecimal digits, as PostgreSQL writes them."""
    return rf"\x{bytes(value).hex()}"
