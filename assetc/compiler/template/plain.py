"""Values on their way out of a template: plain Python that can be stored and compared."""

from __future__ import annotations

from collections.abc import Mapping


def plain(value: object) -> object:
    """The value made of texts, numbers, booleans, None, lists and dicts alone."""
    if value is None or type(value) in {str, int, float, bool}:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=repr)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, int | float) else str.__str__(str(value))
