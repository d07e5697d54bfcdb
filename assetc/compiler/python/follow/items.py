"""The elements of a value."""

from __future__ import annotations

from assetc.compiler.python.follow.known import known_text
from assetc.compiler.python.follow.values import UNKNOWN, Choice, Class, Constant, Entries, Items, Value

MOST_ITEMS = 200


def items_of(value: Value) -> list[Value] | None:
    """The elements of a value; None if they are not known."""
    match value:
        case Items(values) if len(values) <= MOST_ITEMS:
            return list(values)
        case Entries(values, True) if len(values) <= MOST_ITEMS:
            return [known_text(key) for key in values]
        case Choice(values):
            each = [items_of(value) for value in values]
            return None if None in each else [item for items in each for item in items or ()]
        case Class() if value.is_enum:
            return [value.scope.names[name] for name in value.fields if name in value.scope.names]
        case Constant(None):
            return []
        case _:
            return None


def elements_of(value: Value) -> list[Value]:
    """The elements of a value, with one unknown element for those that are not known."""
    items = items_of(value)
    return [UNKNOWN] if items is None else items
