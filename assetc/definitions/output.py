"""What a body may return or yield instead of a bare value, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from msgspec import Struct, field

from assetc.definitions.key import AssetKey, KeyLike, key_of
from assetc.definitions.metadata import Metadata, to_metadata

Value = TypeVar("Value")

DEFAULT_OUTPUT = "result"
DATA_VERSION_TAG = "dagster/data_version"


class DataVersion(Struct, frozen=True):
    """A version of the content of an asset: equal versions mean equal content."""

    value: str


class Output(Struct, Generic[Value], frozen=True):
    """A value with metadata: `return Output(rows, metadata={"count": len(rows)})`."""

    value: Value
    output_name: str = DEFAULT_OUTPUT
    metadata: Mapping[str, object] | None = None
    data_version: DataVersion | None = None
    tags: Mapping[str, str] | None = None


_NO_VALUE = object()


class MaterializeResult:
    """The record of an asset that its body made itself: metadata, and a value to store only if given."""

    __slots__ = ("asset_key", "data_version", "has_value", "metadata", "tags", "value")

    def __init__(
        self,
        *,
        asset_key: KeyLike | None = None,
        metadata: Mapping[str, object] | None = None,
        data_version: DataVersion | None = None,
        tags: Mapping[str, str] | None = None,
        value: object = _NO_VALUE,
    ) -> None:
        self.asset_key = None if asset_key is None else key_of(asset_key)
        self.metadata = metadata
        self.data_version = data_version
        self.tags = tags
        self.has_value = value is not _NO_VALUE
        self.value = value if self.has_value else None


class AssetMaterialization(Struct, frozen=True):
    """The record of one materialization."""

    asset_key: AssetKey
    description: str | None = None
    metadata: Metadata = field(default_factory=dict)
    partition: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def of(
        key: AssetKey, metadata: Mapping[str, object], tags: Mapping[str, str] | None, data_version: DataVersion | None
    ) -> AssetMaterialization:
        """The record with each value of the metadata converted to its kind."""
        versions = {DATA_VERSION_TAG: data_version.value} if data_version else {}
        return AssetMaterialization(key, metadata=to_metadata(metadata), tags={**(tags or {}), **versions})
