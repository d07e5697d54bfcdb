"""How a parameter's annotation names the asset that it receives, if the parameter's own name cannot.

`orders: Ref["raw.orders"]` or `orders: Annotated[pandas.DataFrame, From("raw.orders")]`.
"""

from __future__ import annotations

from typing import Annotated, get_args, get_origin

from msgspec import Struct


class From(Struct, frozen=True):
    """The name of the asset or source, as SQL or a key writes it."""

    name: str


class Ref:
    """An asset by name, loaded in the default form."""

    def __class_getitem__(cls, name: str) -> From:
        return From(name)


def named_asset(annotation: object) -> str | None:
    """The name that an annotation gives, if it gives one."""
    if isinstance(annotation, From):
        return annotation.name
    if get_origin(annotation) is Annotated:
        return next((item.name for item in get_args(annotation)[1:] if isinstance(item, From)), None)
    return None
