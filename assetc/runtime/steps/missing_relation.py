"""A relation that the warehouse does not have yet: which asset or source it is, and what makes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from assetc.adapters.protocol import WarehouseError
from assetc.compiler.asset import Asset, Graph, Source
from assetc.compiler.graph import ancestors
from assetc.definitions.key import AssetKey

Stored: TypeAlias = Asset | Source

WORD = re.compile(r"(?:\w+|\"[^\"]*\")(?:\.(?:\w+|\"[^\"]*\"))*|\S")
_MISSING = re.compile(r"does not exist|not found|no such table|cannot be found", re.IGNORECASE)


def stored_above(graph: Graph, keys: Iterable[AssetKey]) -> Iterator[Stored]:
    """All that these read, also behind what they read."""
    return stored_in(graph, sorted(ancestors(graph, keys, None)))


def stored_in(graph: Graph, keys: Iterable[AssetKey]) -> Iterator[Stored]:
    """The assets and sources of these keys."""
    return (graph.assets.get(key) or graph.sources[key] for key in keys)


def how_to_make(missing: Stored, wanted: AssetKey) -> str:
    """What is missing, and the command after which `wanted` finds it."""
    if isinstance(missing, Source):
        return f"{missing.key} is a source, which nothing here builds: load it into this target"
    if missing.kind == "seed":
        return f"{missing.key} is a seed that is not loaded in this target yet: {_seed(missing.key, wanted)}"
    return f"{missing.key} is not built in this target yet: assetc build --select +{wanted}"


def _seed(missing: AssetKey, wanted: AssetKey) -> str:
    """`run` loads no seeds in a dbt project, and another seed may be missing, too: `build` makes them all."""
    seed = f"assetc seed --select {missing}"
    return seed if missing == wanted else f"assetc build --select +{wanted}, or for this one {seed}"


def find_missing(error: WarehouseError, sql: str, stored: Iterable[Stored]) -> Stored | None:
    """The asset or source whose relation a statement names at the place of the error, where the warehouse has none."""
    if error.position is None or not _MISSING.search(error.message):
        return None
    word = WORD.match(sql, error.position)
    name = word[0].rpartition(".")[2].strip('"').casefold() if word else ""
    return next((each for each in stored if each.relation and each.relation.name.casefold() == name), None)
