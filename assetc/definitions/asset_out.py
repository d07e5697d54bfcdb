"""What one output of an asset is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from assetc.definitions.dependency import AssetDep
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey, KeyLike, key_of
from assetc.definitions.spec import DEFAULT_IO_MANAGER_KEY, AssetSpec


class AssetOutput(Struct, frozen=True):
    """An output and its asset. `stores_value=False`: the asset is recorded, and no IO manager is called."""

    name: str
    spec: AssetSpec
    annotation: object
    is_required: bool
    stores_value: bool

    @property
    def key(self) -> AssetKey:
        """The key of the asset that this output makes."""
        return self.spec.key


class AssetOut(Struct, eq=False):
    """One asset of a `multi_asset`: `outs={"a": AssetOut(key_prefix="shop")}`."""

    key_prefix: str | Sequence[str] | None = None
    key: KeyLike | None = None
    dagster_type: object = None
    description: str | None = None
    is_required: bool = True
    io_manager_key: str | None = None
    metadata: Mapping[str, object] | None = None
    group_name: str | None = None
    code_version: str | None = None
    owners: Sequence[str] | None = None
    tags: Mapping[str, str] | None = None
    kinds: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if self.key is not None and self.key_prefix is not None:
            raise InvalidDefinitionError("AssetOut: key and key_prefix cannot both be set", code="E108")
        self.key = None if self.key is None else key_of(self.key)
        self.key_prefix = () if self.key_prefix is None else AssetKey(self.key_prefix).parts

    def to_spec(self, name: str, group_name: str | None, deps: tuple[AssetDep, ...]) -> AssetSpec:
        """The asset that this output of a `multi_asset` makes."""
        return AssetSpec(
            self.key or AssetKey((*(self.key_prefix or ()), name)),
            deps=deps,
            description=self.description,
            metadata=self.metadata,
            skippable=not self.is_required,
            group_name=self.group_name or group_name,
            code_version=self.code_version,
            owners=self.owners,
            tags=self.tags,
            kinds=self.kinds,
            io_manager_key=self.io_manager_key or DEFAULT_IO_MANAGER_KEY,
        )
