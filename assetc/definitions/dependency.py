"""A dependency of one asset on another that loads no value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey, KeyLike, key_of


@dataclass(frozen=True, slots=True, init=False)
class AssetDep:
    """`deps=[AssetDep("raw/orders")]`."""

    asset_key: AssetKey
    partition_mapping: object

    def __init__(self, asset: KeyLike, partition_mapping: object = None) -> None:
        object.__setattr__(self, "asset_key", key_of(asset))
        object.__setattr__(self, "partition_mapping", partition_mapping)

    @property
    def key(self) -> AssetKey:
        """The key of the asset that is depended on."""
        return self.asset_key


DepLike: TypeAlias = KeyLike | AssetDep


def to_deps(given: Iterable[DepLike] | None) -> tuple[AssetDep, ...]:
    """Each key once, in order; an asset gives all of its keys. Raises InvalidDefinitionError for two mappings."""
    if isinstance(given, str | AssetKey):
        message = f"deps needs a list of keys, got {given!r}"
        raise InvalidDefinitionError(message, code="E108")
    found: dict[AssetKey, AssetDep] = {}
    for item in given or ():
        for dep in _deps_of(item):
            if found.setdefault(dep.key, dep) != dep:
                message = f"deps names {dep.key} twice, with different partition mappings"
                raise InvalidDefinitionError(message, code="E108")
    return tuple(found.values())


def _deps_of(item: DepLike) -> tuple[AssetDep, ...]:
    if isinstance(item, AssetDep):
        return (item,)
    keys = getattr(item, "keys", None)
    if isinstance(keys, frozenset):
        return tuple(AssetDep(key) for key in sorted(keys))
    return (AssetDep(item),)
