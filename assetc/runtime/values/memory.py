"""The IO manager that keeps values in memory, for tests and for `materialize_to_memory`."""

from __future__ import annotations

from assetc.definitions.errors import ValueNotFoundError
from assetc.definitions.io_manager import InputContext, IOManager, OutputContext
from assetc.definitions.key import AssetKey


class InMemoryIOManager(IOManager):
    """Keeps each value as it is, as long as the manager lives."""

    def __init__(self) -> None:
        self.values: dict[AssetKey, object] = {}

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Keep the value."""
        self.values[context.asset_key] = obj

    def load_input(self, context: InputContext) -> object:
        """The value itself. Raises ValueNotFoundError when there is none."""
        if context.asset_key not in self.values:
            message = f"{context.asset_key} has no value in memory: it is not materialized in this run"
            raise ValueNotFoundError(message, code="E183")
        return self.values[context.asset_key]
