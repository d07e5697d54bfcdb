"""The names of the output columns of each asset, where they are known: along the graph, upstream first.

A model is looked at again only when its own text or the columns that it takes from upstream have changed.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Mapping
from hashlib import blake2b

from msgspec.structs import replace

from assetc.compiler.asset import Asset, Graph
from assetc.compiler.columns.shape import output_columns
from assetc.compiler.compilation import ColumnNames
from assetc.compiler.facts import Columns, SeedFacts, SqlFacts, Understood
from assetc.compiler.graph import order_below
from assetc.compiler.names.names import Names, find_table
from assetc.compiler.place import TextId
from assetc.definitions.key import AssetKey


def find_columns(
    graph: Graph,
    dirty: Collection[AssetKey],
    before: ColumnNames,
    facts_of: Callable[[Asset], SqlFacts | None],
    seeds: Mapping[str, SeedFacts],
    names: Names,
) -> tuple[ColumnNames, dict[TextId, SqlFacts]]:
    """The columns by asset: of the dirty and of whoever reads a changed column; and the facts with those derived."""
    known, derived = dict(before), dict[TextId, SqlFacts]()
    changed: set[AssetKey] = set()
    for key in _along(graph, dirty, changed):
        asset = graph.assets[key]
        if asset.kind == "seed":
            found = _seed_columns(seeds[asset.path].header, asset.config.separator)
        elif asset.kind == "model" and (facts := facts_of(asset)) and facts.understood:
            columns = _derive_columns(key, facts.understood, facts.columns, known, names)
            found = columns.names
            if columns is not facts.columns:
                derived[asset.text] = replace(facts, columns=columns)
        else:
            continue
        if key not in known or known[key] != found:
            known[key] = found
            changed.add(key)
    return known, derived


def _along(graph: Graph, dirty: Collection[AssetKey], changed: set[AssetKey]) -> Iterator[AssetKey]:
    """The dirty assets, and those downstream that read one which has `changed` meanwhile, upstream first."""
    if len(dirty) == 1:  # the usual edit: where its columns stay, nothing below has to be put in order
        yield from dirty
        if not changed:
            return
    for key in order_below(graph, dirty):
        if (key in dirty and len(dirty) > 1) or not changed.isdisjoint(graph.upstream[key]):
            yield key


def _seed_columns(header: str, separator: str) -> tuple[str, ...] | None:
    """The names in the first line of a CSV file; None if they cannot be told."""
    try:
        names = next(csv.reader(header.splitlines(keepends=True), delimiter=separator), ())
    except (TypeError, csv.Error):  # no separator at all, or one of several characters
        return None
    return tuple(names) or None


def _derive_columns(
    key: AssetKey, understood: Understood, before: Columns | None, known: ColumnNames, names: Names
) -> Columns:
    """The columns of a model: those from `before` if neither its text nor what it takes has changed since."""
    shape, derived_from = understood.shape, understood.version
    upstream = {source: _columns_of(source, key, known, names) for source in (shape.sources if shape else ())}
    if shape is not None:
        taken = repr((understood.version, sorted(upstream.items())))
        derived_from = blake2b(taken.encode(), digest_size=16).hexdigest()
    if before is not None and before.derived_from == derived_from:
        return before
    return Columns(derived_from, output_columns(shape, upstream.get) if shape else None)


def _columns_of(source: tuple[str, ...], owner: AssetKey, known: ColumnNames, names: Names) -> tuple[str, ...] | None:
    found = find_table(names, source, owner)
    return known.get(found[0]) if len(found) == 1 else None
