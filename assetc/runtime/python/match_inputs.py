"""Which upstream each parameter of a definition receives, among those that the graph knows."""

from __future__ import annotations

from collections.abc import Mapping

from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.key import AssetKey
from assetc.runtime.python.load_upstream import Upstream


def match_inputs(definition: AssetsDefinition, upstream: Mapping[AssetKey, Upstream]) -> dict[str, Upstream]:
    """Which of an asset's upstreams each parameter receives: the one of its key, else the only one that ends so.

    `upstream` are those that the graph knows to be arguments of the asset, so that the end of a key is enough.
    """
    found: dict[str, Upstream] = {}
    for item in definition.inputs:
        dotted = tuple(part for parts in item.key.parts for part in parts.split(".") if part)
        matching = [key for key in upstream if _ends_with(key, item.key.parts) or _ends_with(key, dotted)]
        if item.key in upstream:
            found[item.parameter.name] = upstream[item.key]
        elif len(matching) == 1:
            found[item.parameter.name] = upstream[matching[0]]
    return found


def _ends_with(key: AssetKey, parts: tuple[str, ...]) -> bool:
    """Whether the last segments of a key are these; the warehouse may write them in another case."""
    return [part.casefold() for part in key.parts[-len(parts) :]] == [part.casefold() for part in parts]
