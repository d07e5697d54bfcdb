"""Which upstream each parameter of a body receives: names were resolved when the graph was made."""

from __future__ import annotations

from collections.abc import Collection

from assetc.definitions.asset import AssetInput, AssetsDefinition
from assetc.definitions.key import AssetKey


def match_inputs(definition: AssetsDefinition, upstream: Collection[AssetKey]) -> dict[str, AssetKey]:
    """Which of the upstreams that are arguments each parameter receives: that of its key, else of its end.

    Where several end alike, one that another parameter names exactly is not the one that is meant.
    """
    found = {item.parameter.name: item.key for item in definition.inputs if item.key in upstream}
    for item in definition.inputs:
        if item.parameter.name not in found:
            matching = _matching(item, upstream)
            free = matching if len(matching) == 1 else [key for key in matching if key not in found.values()]
            if len(free) == 1:
                found[item.parameter.name] = free[0]
    return found


def _matching(item: AssetInput, upstream: Collection[AssetKey]) -> list[AssetKey]:
    dotted = tuple(part for parts in item.key.parts for part in parts.split(".") if part)
    return [key for key in upstream if ends_with(key, item.key.parts) or ends_with(key, dotted)]


def ends_with(key: AssetKey, parts: tuple[str, ...]) -> bool:
    """Whether the last segments of a key are these; the warehouse may write them in another case."""
    return [part.casefold() for part in key.parts[-len(parts) :]] == [part.casefold() for part in parts]
