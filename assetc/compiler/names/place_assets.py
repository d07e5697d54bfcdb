"""The logical places of assets and sources, derived from their values: what a name in SQL is held against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assetc.compiler.asset import Asset, Source
from assetc.compiler.names.locate import place_of, place_of_relation, relation_of
from assetc.compiler.names.names import Place
from assetc.compiler.project import Project


def placed_assets(project: Project, assets: Iterable[Asset]) -> Iterator[tuple[Asset, Place]]:
    """Each asset with its place: that of its relation where a macro of a dbt project has put it elsewhere."""
    for asset in assets:
        if asset.relation in (None, relation_of(project, asset.key, asset.config)):
            yield asset, place_of(project.target, asset.key, asset.config)
        else:
            yield asset, place_of_relation(project.target, asset.relation)


def placed_sources(project: Project, sources: Iterable[Source]) -> Iterator[tuple[Source, Place]]:
    """Each source with its place."""
    return ((source, place_of_relation(project.target, source.relation)) for source in sources)
