"""What the body of an asset can ask and do while it runs. The runtime gives an implementation."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Set
from os import PathLike
from typing import Any

from assetc.definitions.key import AssetKey, KeyLike


class AssetExecutionContext(ABC):
    """The first parameter of a body, when it is named `context`.

    Names of assets in the SQL of `execute`, `sql` and `table` become their relations in the run's target.
    """

    @property
    @abstractmethod
    def asset_key(self) -> AssetKey:
        """The key of the asset that is made. Raises InvariantError in a body that makes several."""

    @property
    @abstractmethod
    def selected_asset_keys(self) -> Set[AssetKey]:
        """The keys that this run wants from the body."""

    @property
    @abstractmethod
    def selected_output_names(self) -> Set[str]:
        """The names of the outputs that this run wants from the body."""

    @property
    @abstractmethod
    def is_subset(self) -> bool:
        """Whether this run wants only a part of what the body can make."""

    @property
    @abstractmethod
    def run_id(self) -> str:
        """The id of the run."""

    @property
    @abstractmethod
    def log(self) -> logging.Logger:
        """The log of the run."""

    @property
    @abstractmethod
    def resources(self) -> Any:
        """The resources of the run, as attributes."""

    @property
    @abstractmethod
    def op_config(self) -> Any:
        """The configuration of this asset for this run."""

    @property
    @abstractmethod
    def connection(self) -> Any:
        """The warehouse's own connection, with names of assets resolved in what it executes."""

    @property
    @abstractmethod
    def this(self) -> str:
        """The asset's own relation, as SQL writes it."""

    @abstractmethod
    def execute(self, sql: str, parameters: object = None) -> Any:
        """Execute one SQL text in the warehouse; the result has `fetchall()` and the like."""

    @abstractmethod
    def execute_file(self, path: str | PathLike[str]) -> Any:
        """Execute the SQL of a file; a relative path is relative to the project's root."""

    @abstractmethod
    def sql(self, sql: str) -> Any:
        """A query of the warehouse, not yet read."""

    @abstractmethod
    def table(self, name: str) -> Any:
        """A table by name as SQL writes it, not yet read."""

    @abstractmethod
    def ref(self, *name: str) -> str:
        """The relation of an asset, as SQL writes it."""

    @abstractmethod
    def source(self, source: str, table: str) -> str:
        """The relation of a declared source, as SQL writes it."""

    @abstractmethod
    def add_output_metadata(self, metadata: Mapping[str, object], output_name: str | None = None) -> None:
        """Record something about the materialization that this body makes."""

    @abstractmethod
    def add_asset_metadata(self, metadata: Mapping[str, object], asset_key: KeyLike | None = None) -> None:
        """Record something about the materialization of an asset that this body makes."""
