"""The names of the output columns of each asset, where they are known: along the graph, upstream first.

A model is looked at again only when its own text or the columns that it takes from upstream have changed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from hashlib import blake2b

from msgspec.structs import replace

from assetc.compiler.asset import Graph
from assetc.compiler.columns.shape import output_columns
from assetc.compiler.compilation import Known
from assetc.compiler.facts import Columns, SeedFacts, SqlFacts, Understood
from assetc.compiler.names.names import Names, find_table
from assetc.compiler.text_id import TextId
from assetc.definitions.key import AssetKey


def find_columns(
    graph: Graph,
    order: Iterable[AssetKey],
    facts: dict[TextId, SqlFacts],
    seeds: Mapping[str, SeedFacts],
    names: Names,
) -> tuple[Known, int]:
    """The columns by asset, and for how many they had to be derived. `facts` are brought up to date in place."""
    known: Known = {}
    derived = 0
    for key in order:
        asset = graph.assets.get(key)
        if asset is None:
            continue
        if asset.kind == "seed":
            known[key] = _seed_columns(seeds[asset.path].header, asset.config.separator)
        elif asset.kind == "model" and (found := facts[asset.text]).understood is not None:
            columns = derive_columns(key, found.understood, found.columns, known, names)
            if columns is not found.columns:
                facts[asset.text] = replace(found, columns=columns)
                derived += 1
            known[key] = columns.names
    return known, derived


def _seed_columns(header: str, separator: str) -> tuple[str, ...] | None:
    """The names in the first line of a CSV file; None if they cannot be told."""
    try:
        names = next(csv.reader(header.splitlines(keepends=True), delimiter=separator), ())
    except (TypeError, csv.Error):  # no separator at all, or one of several characters
        return None
    return tuple(names) or None


def derive_columns(
    key: AssetKey, understood: Understood, before: Columns | None, known: Known, names: Names
) -> Columns:
    """The columns of a model: those from `before` if neither its text nor what it takes has changed since."""
    shape = understood.shape
    if shape is None:
        derived_from = understood.version
        return before if before and before.derived_from == derived_from else Columns(derived_from, None)
    upstream = {source: _columns_of(source, key, known, names) for source in shape.sources}
    derived_from = _hash(understood.version, upstream)
    if before is not None and before.derived_from == derived_from:
        return before
    return Columns(derived_from, output_columns(shape, upstream.get))


def _columns_of(source: tuple[str, ...], owner: AssetKey, known: Known, names: Names) -> tuple[str, ...] | None:
    found = find_table(names, source, owner)
    return known.get(found[0]) if len(found) == 1 else None


def _hash(version: str, upstream: Mapping[tuple[str, ...], tuple[str, ...] | None]) -> str:
    return blake2b(repr((version, sorted(upstream.items()))).encode(), digest_size=16).hexdigest()
