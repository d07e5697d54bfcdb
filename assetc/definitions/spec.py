"""The description of one asset as plain values, and assets that are made elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assetc.definitions.dependency import AssetDep, DepLike, to_deps
from assetc.definitions.key import AssetKey, KeyLike, key_of
from assetc.definitions.names import DEFAULT_GROUP, check_group_name

DEFAULT_IO_MANAGER_KEY = "io_manager"


@dataclass(frozen=True, slots=True, init=False)
class AssetSpec:
    """One asset and what is known of it; in a list of assets it means one that is made elsewhere."""

    key: AssetKey
    deps: tuple[AssetDep, ...]
    description: str | None
    metadata: Mapping[str, object]
    skippable: bool
    group_name: str | None
    code_version: str | None
    owners: tuple[str, ...]
    tags: Mapping[str, str]
    kinds: frozenset[str]
    io_manager_key: str

    def __init__(  # noqa: PLR0913  Dagster's parameters
        self,
        key: KeyLike,
        *,
        deps: Iterable[DepLike] | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        skippable: bool = False,
        group_name: str | None = None,
        code_version: str | None = None,
        owners: Sequence[str] | None = None,
        tags: Mapping[str, str] | Iterable[str] | None = None,
        kinds: Iterable[str] | None = None,
        io_manager_key: str = DEFAULT_IO_MANAGER_KEY,
    ) -> None:
        values: dict[str, object] = {
            "key": key_of(key),
            "deps": to_deps(deps),
            "description": description,
            "metadata": dict(metadata or {}),
            "skippable": skippable,
            "group_name": None if group_name is None else check_group_name(group_name),
            "code_version": code_version,
            "owners": tuple(owners or ()),
            "tags": to_tags(tags),
            "kinds": frozenset(kinds or ()),
            "io_manager_key": io_manager_key,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def group(self) -> str:
        """The group's name, the default one if none is given."""
        return self.group_name or DEFAULT_GROUP

    def with_io_manager_key(self, io_manager_key: str) -> AssetSpec:
        """The same asset, loaded through another IO manager."""
        return replace_spec(self, io_manager_key=io_manager_key)


def replace_spec(spec: AssetSpec, **changes: object) -> AssetSpec:
    """A spec with some fields changed."""
    fields = {name: getattr(spec, name) for name in spec.__slots__}
    return AssetSpec(**{**fields, **changes})


class SourceAsset:
    """An asset that something else makes; others name it by its key and load it through an IO manager."""

    __slots__ = ("io_manager_key", "partitions_def", "spec")

    def __init__(  # noqa: PLR0913, PLR0917  Dagster's parameters
        self,
        key: KeyLike,
        metadata: Mapping[str, object] | None = None,
        io_manager_key: str | None = None,
        description: str | None = None,
        partitions_def: object = None,
        group_name: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self.io_manager_key = io_manager_key or DEFAULT_IO_MANAGER_KEY
        self.partitions_def = partitions_def
        self.spec = AssetSpec(
            key,
            metadata=metadata,
            description=description,
            group_name=group_name,
            tags=tags,
            io_manager_key=self.io_manager_key,
        )

    @property
    def key(self) -> AssetKey:
        """The key of the source."""
        return self.spec.key

    @property
    def group_name(self) -> str:
        """The group's name."""
        return self.spec.group

    @property
    def metadata(self) -> Mapping[str, object]:
        """What is said about the source."""
        return self.spec.metadata


def to_tags(given: Mapping[str, str] | Iterable[str] | None) -> dict[str, str]:
    """Tags with values; a list of words (dbt's tags) are tags without one."""
    if isinstance(given, Mapping):
        return dict(given)
    return dict.fromkeys([given] if isinstance(given, str) else given or (), "")
