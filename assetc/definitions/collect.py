"""Every definition that is made while a model file is imported, also those that no variable keeps.

`for name in names: @asset(name=name) def _f(): ...` leaves one variable and makes several assets.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assetc.definitions.asset import AssetsDefinition

_COLLECTED: ContextVar[list[AssetsDefinition] | None] = ContextVar("assetc_collected", default=None)


@contextmanager
def collected_definitions() -> Iterator[list[AssetsDefinition]]:
    """The list to which each definition is added that is made within this block, in this thread."""
    found: list[AssetsDefinition] = []
    token = _COLLECTED.set(found)
    try:
        yield found
    finally:
        _COLLECTED.reset(token)


def collect(definition: AssetsDefinition) -> AssetsDefinition:
    """Add a definition to the list that is open, if one is."""
    found = _COLLECTED.get()
    if found is not None:
        found.append(definition)
    return definition
