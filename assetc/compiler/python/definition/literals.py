"""Literal arguments of a decorator as plain Python values."""

from __future__ import annotations

from assetc.compiler.python.follow.known import only_text
from assetc.compiler.python.follow.values import Constant, Entries, Items, Text, Value

NOT_LITERAL = object()


def literal_of(value: Value) -> object:
    """A value as plain Python, or NOT_LITERAL."""
    match value:
        case Constant(known) if not isinstance(known, (bytes, complex)) and known is not Ellipsis:
            return known
        case Text():
            text = only_text(value)
            return NOT_LITERAL if text is None else text
        case Items(values):
            items = [literal_of(each) for each in values]
            return NOT_LITERAL if any(item is NOT_LITERAL for item in items) else items
        case Entries(values, True):
            entries = {name: literal_of(each) for name, each in values.items()}
            return NOT_LITERAL if any(entry is NOT_LITERAL for entry in entries.values()) else entries
        case _:
            return NOT_LITERAL
