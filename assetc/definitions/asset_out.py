"""What one output of an asset is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from assetc.definitions.dependency import AssetDep
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey, KeyLike, key_of
from assetc.definitions.spec import DEFAULT_IO_MANAGER_KEY, AssetSpec


class AssetOutput(Struct, frozen=True):
    """One output: the name that an `Output` carries, the asset it makes, and whether it is required.

    `stores_value=False` for a body annotated `-> None`: the asset is recorded, and no IO manager is called.
    """

    name: str
    spec: AssetSpec
    annotation: object
    is_required: bool
    stores_value: bool

    @property
    def key(self) -> AssetKey:
        """The key of the asset that this output makes."""
        return self.spec.key


class AssetOut:
    """One asset of a `multi_asset`: `outs={"a": AssetOut(key_prefix="shop")}`."""

    __slots__ = (
        *("code_version", "dagster_type", "description", "group_name", "io_manager_key", "is_required", "key"),
        *("key_prefix", "kinds", "metadata", "owners", "tags"),
    )

    def __init__(  # noqa: PLR0913, PLR0917  Dagster's parameters
        self,
        key_prefix: str | Sequence[str] | None = None,
        key: KeyLike | None = None,
        dagster_type: object = None,
        description: str | None = None,
        is_required: bool = True,  # noqa: FBT001, FBT002  Dagster's parameter
        io_manager_key: str | None = None,
        metadata: Mapping[str, object] | None = None,
        group_name: str | None = None,
        code_version: str | None = None,
        owners: Sequence[str] | None = None,
        tags: Mapping[str, str] | None = None,
        kinds: Sequence[str] | None = None,
    ) -> None:
        if key is not None and key_prefix is not None:
            raise InvalidDefinitionError("AssetOut: key and key_prefix cannot both be set", code="E108")
        self.key = None if key is None else key_of(key)
        self.key_prefix = () if key_prefix is None else AssetKey(key_prefix).parts
        self.dagster_type = dagster_type
        self.description = description
        self.is_required = is_required
        self.io_manager_key = io_manager_key or DEFAULT_IO_MANAGER_KEY
        self.metadata = metadata
        self.group_name = group_name
        self.code_version = code_version
        self.owners = owners
        self.tags = tags
        self.kinds = kinds

    def to_spec(self, name: str, group_name: str | None, deps: tuple[AssetDep, ...]) -> AssetSpec:
        """The asset that this output of a `multi_asset` makes."""
        return AssetSpec(
            self.key or AssetKey((*self.key_prefix, name)),
            deps=deps,
            description=self.description,
            metadata=self.metadata,
            skippable=not self.is_required,
            group_name=self.group_name or group_name,
            code_version=self.code_version,
            owners=self.owners,
            tags=self.tags,
            kinds=self.kinds,
            io_manager_key=self.io_manager_key,
        )
