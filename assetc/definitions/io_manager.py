"""How values are stored and loaded between assets."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping

from msgspec import Struct, field

from assetc.definitions.errors import InvariantError
from assetc.definitions.key import AssetKey


class _ValueContext(Struct, frozen=True, kw_only=True):
    """What an IO manager knows of a value: whose it is, in which run, and what a definition says of it."""

    asset_key: AssetKey
    name: str
    run_id: str
    annotation: object = None
    definition_metadata: Mapping[str, object] = field(default_factory=dict)
    resources: object = None
    log: logging.Logger = field(default_factory=lambda: logging.Logger("assetc"))
    has_partition_key: bool = False

    @property
    def has_asset_key(self) -> bool:
        """Whether the value belongs to an asset."""
        return True

    @property
    def metadata(self) -> Mapping[str, object]:
        """What the definition says."""
        return self.definition_metadata

    def get_asset_identifier(self) -> list[str]:
        """The segments of a path for the value."""
        return self.asset_key.path


class OutputContext(_ValueContext, frozen=True, kw_only=True):
    """What `handle_output` knows; `add_output_metadata` adds to what is recorded."""

    step_key: str
    output_metadata: Mapping[str, object] = field(default_factory=dict)
    added_metadata: dict[str, object] = field(default_factory=dict)

    def add_output_metadata(self, metadata: Mapping[str, object]) -> None:
        """Record more about this materialization. Raises InvariantError for a name that was added before."""
        for name in metadata:
            if name in self.added_metadata:
                raise InvariantError(f"metadata {name!r} of {self.asset_key} is added twice")
        self.added_metadata.update(metadata)


class InputContext(_ValueContext, frozen=True, kw_only=True):
    """What `load_input` knows of the input (`AssetIn(metadata=...)`), and of the asset that it wants."""

    upstream_output: OutputContext
    has_asset_partitions: bool = False


class IOManager(ABC):
    """Stores what an asset returns and loads it for assets that take it."""

    @abstractmethod
    def handle_output(self, context: OutputContext, obj: object) -> object:
        """Store the value of an asset."""

    @abstractmethod
    def load_input(self, context: InputContext) -> object:
        """The stored value of the upstream asset."""
