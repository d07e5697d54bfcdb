"""The identity of everything that stands in a graph: assets, sources, checks."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

NodeKind = Literal["model", "seed", "snapshot", "source", "test"]
"""What a node is, in dbt's words; a Python asset is a model, a check is a test."""


class NodeId(Struct, frozen=True, order=True):
    """A name that no other node of this kind has in this package. The text is dbt's `unique_id`.

    Assets and sources have an `AssetKey` beside it, which users write and edges are kept by.
    """

    kind: NodeKind
    package: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.package}.{self.name}"
