"""What `materialize` is asked to do, as a value that the runtime receives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct, field

from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.key import AssetKey
from assetc.definitions.spec import AssetSpec, SourceAsset

AnyAsset: TypeAlias = AssetsDefinition | SourceAsset | AssetSpec


class InProcessRun(Struct, frozen=True):
    """What `materialize` is asked to do. `selection=None` means all assets; `in_memory`: values are not stored."""

    assets: tuple[AnyAsset, ...]
    resources: Mapping[str, object] = field(default_factory=dict)
    selection: tuple[AssetKey, ...] | None = None
    raise_on_error: bool = True
    in_memory: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
