"""The logical places of assets and sources, derived from their values: what a name in SQL is held against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assetc.compiler.asset import Asset, Source
from assetc.compiler.names.locate import fold_name, place_of
from assetc.compiler.names.names import Place
from assetc.compiler.project import Target


def placed_assets(target: Target, assets: Iterable[Asset]) -> Iterator[tuple[Asset, Place]]:
    """Each asset with its place."""
    for asset in assets:
        yield asset, place_of(target, asset.key, asset.config)


def placed_sources(target: Target, sources: Iterable[Source]) -> Iterator[tuple[Source, Place]]:
    """Each source with its place."""
    for source in sources:
        relation = source.relation
        yield (
            source,
            Place(
                fold_name(target, relation.database or ""),
                fold_name(target, relation.schema or target.schema),
                fold_name(target, relation.name),
            ),
        )
