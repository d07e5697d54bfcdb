"""What the warehouse holds: asked once, then kept current as steps end."""

from __future__ import annotations

from collections.abc import Iterable

from assetc.adapters.protocol import Existing
from assetc.compiler.operation import RelationKind
from assetc.definitions.relation import Relation


class Relations:
    """The relations of a target. Steps that run at once build different relations, so no two change the same entry."""

    def __init__(self, existing: Iterable[Existing]) -> None:
        self._kinds: dict[Relation, RelationKind] = {found.relation: found.kind for found in existing}

    def kind_of(self, relation: Relation) -> RelationKind | None:
        """Its kind; None if it does not exist."""
        return self._kinds.get(relation)

    def put(self, relation: Relation, kind: RelationKind) -> None:
        """A step has built this."""
        self._kinds[relation] = kind

    def remove(self, relation: Relation) -> None:
        """A step has dropped this."""
        self._kinds.pop(relation, None)
