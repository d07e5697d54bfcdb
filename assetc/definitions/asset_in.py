"""What one parameter of an asset receives, as `ins` or its annotation says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, get_args, get_origin

from msgspec import Struct

from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey, KeyLike, key_of


class AssetIn(Struct, eq=False):
    """`ins={"rows": AssetIn("raw/orders")}`: which asset; `metadata={"columns": [...]}` loads only these columns."""

    key: KeyLike | None = None
    metadata: Mapping[str, object] | None = None
    key_prefix: str | Sequence[str] | None = None
    input_manager_key: str | None = None
    dagster_type: object = None
    partition_mapping: object = None

    def __post_init__(self) -> None:
        if self.key is not None and self.key_prefix is not None:
            raise InvalidDefinitionError("AssetIn: key and key_prefix cannot both be set", code="E108")
        self.key = None if self.key is None else key_of(self.key)
        self.key_prefix = None if self.key_prefix is None else AssetKey(self.key_prefix).parts
        self.metadata = dict(self.metadata or {})

    def key_for(self, parameter: str) -> AssetKey | None:
        """The key that is written; None if it is the parameter's name."""
        if self.key is not None:
            return key_of(self.key)
        return None if self.key_prefix is None else AssetKey((*self.key_prefix, parameter))


def to_asset_in(given: AssetIn | KeyLike) -> AssetIn:
    """The input for a value of `ins`."""
    return given if isinstance(given, AssetIn) else AssetIn(key=given)


class From(Struct, frozen=True):
    """The name of the asset or source, as SQL or a key writes it."""

    name: str


class Ref:
    """An asset by name, loaded in the default form."""

    def __class_getitem__(cls, name: str) -> From:
        return From(name)


def named_asset(annotation: object) -> str | None:
    """The name that an annotation gives, if it gives one."""
    if isinstance(annotation, From):
        return annotation.name
    if get_origin(annotation) is Annotated:
        return next((item.name for item in get_args(annotation)[1:] if isinstance(item, From)), None)
    return None
