"""The `context` of a body."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Set
from os import PathLike
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.errors import InvariantError
from assetc.definitions.key import AssetKey, KeyLike, key_of
from assetc.runtime.python.connection import BodyConnection
from assetc.runtime.python.produced import Produced
from assetc.runtime.python.resources import Resources
from assetc.runtime.python.warehouse_access import WarehouseAccess


class Services(Struct, frozen=True):
    """What a run offers to its bodies; `warehouse` is None outside of a project."""

    run_id: str
    log: logging.Logger
    resources: Resources
    warehouse: WarehouseAccess | None = None


class AssetExecutionContext:
    """The first parameter of a body, when it is named `context`: what it can ask and do while it runs.

    Names of assets in the SQL of `execute`, `sql` and `table` become their relations in the run's target.
    """

    def __init__(self, definition: AssetsDefinition, wanted: frozenset[AssetKey], services: Services) -> None:
        self._definition = definition
        self._wanted = wanted
        self._services = services
        self._added: dict[AssetKey, dict[str, object]] = {}

    @property
    def has_warehouse(self) -> bool:
        """Whether the run has a warehouse: inside a project."""
        return self._services.warehouse is not None

    @property
    def asset_key(self) -> AssetKey:
        """The key of the asset that is made. Raises InvariantError in a body that makes several."""
        return self._definition.key

    @property
    def selected_asset_keys(self) -> Set[AssetKey]:
        """The keys that this run wants from the body."""
        return self._wanted

    @property
    def selected_output_names(self) -> Set[str]:
        """The names of the outputs that this run wants from the body."""
        return {output.name for output in self._definition.outputs if output.key in self._wanted}

    @property
    def is_subset(self) -> bool:
        """Whether this run wants only a part of what the body can make."""
        return self._wanted != self._definition.keys

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self._services.run_id

    @property
    def log(self) -> logging.Logger:
        """The log of the run."""
        return self._services.log

    @property
    def resources(self) -> Any:
        """The resources of the run, as attributes."""
        return self._services.resources

    @property
    def op_config(self) -> Any:
        """The configuration of this asset for this run; there is none yet."""
        return None

    @property
    def connection(self) -> Any:
        """The warehouse's own connection, with names of assets resolved in what it executes."""
        return BodyConnection(self._access())

    @property
    def this(self) -> str:
        """The asset's own relation, as SQL writes it."""
        access = self._access()
        if access.this is None:
            raise InvariantError(f"{self._definition.node_name} has no relation of its own", code="E185")
        return access.adapter.name_of(access.this)

    def execute(self, sql: str, parameters: object = None) -> Any:
        """Execute one SQL text in the warehouse; the result has `fetchall()` and the like."""
        return BodyConnection(self._access()).execute(sql, parameters)

    def execute_file(self, path: str | PathLike[str]) -> Any:
        """Execute the SQL of a file; a relative path is relative to the project's root."""
        return self.execute(self._access().read_file(path))

    def sql(self, sql: str) -> Any:
        """A query of the warehouse, not yet read."""
        return BodyConnection(self._access()).sql(sql)

    def table(self, name: str) -> Any:
        """A table by name as SQL writes it, not yet read."""
        return BodyConnection(self._access()).table(name)

    def ref(self, *name: str) -> str:
        """The relation of an asset, as SQL writes it."""
        access = self._access()
        return access.adapter.name_of(access.relation_of("ref", *name))

    def source(self, source: str, table: str) -> str:
        """The relation of a declared source, as SQL writes it."""
        access = self._access()
        return access.adapter.name_of(access.relation_of("source", source, table))

    def add_output_metadata(self, metadata: Mapping[str, object], output_name: str | None = None) -> None:
        """Record something about the materialization that this body makes."""
        named = [output for output in self._definition.outputs if output_name in (None, output.name)]
        if len(named) != 1:
            names = ", ".join(repr(output.name) for output in self._definition.outputs)
            raise InvariantError(f"add_output_metadata needs output_name, one of {names}", code="E184")
        self._added.setdefault(named[0].key, {}).update(metadata)

    def add_asset_metadata(self, metadata: Mapping[str, object], asset_key: KeyLike | None = None) -> None:
        """Record something about the materialization of an asset that this body makes."""
        key = self._definition.key if asset_key is None else key_of(asset_key)
        if key not in self._definition.keys:
            raise InvariantError(f"{self._definition.node_name} does not make {key}", code="E184")
        self._added.setdefault(key, {}).update(metadata)

    def complete(self, produced: Produced) -> Produced:
        """The output with the metadata that the body added through its context."""
        added = self._added.get(produced.output.key, {})
        return replace(produced, metadata={**added, **produced.metadata}) if added else produced

    def _access(self) -> WarehouseAccess:
        if self._services.warehouse is None:
            message = f"{self._definition.node_name} needs a warehouse, which this run has not: run it in a project"
            raise InvariantError(message, code="E185")
        return self._services.warehouse
