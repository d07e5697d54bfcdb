"""What is known to stand at the relation of an asset before anything runs."""

from __future__ import annotations

from collections.abc import Collection

from assetc.compiler.asset import Asset
from assetc.compiler.operation import RelationKind
from assetc.compiler.planning.staleness import Recorded, was_view
from assetc.definitions.relation import Relation


def standing(asset: Asset, record: Recorded | None, existing: Collection[Relation] | None) -> RelationKind | None:
    """The kind of the relation, None if nothing is known of one. `existing` None: the warehouse was not asked."""
    if asset.relation is None or (existing is not None and asset.relation not in existing):
        return None
    if record is not None and record.relation == asset.relation:
        return "view" if was_view(record) else "table"
    return None if existing is None else "table"
