"""The IO managers of `materialize()`: pickled values in a folder, and values in memory."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from assetc.definitions.errors import ValueNotFoundError
from assetc.definitions.io_manager import InputContext, IOManager, OutputContext
from assetc.definitions.key import AssetKey
from assetc.definitions.metadata import MetadataValue
from assetc.runtime.values.pickled import read_value, write_value


class FilesystemIOManager(IOManager):
    """Pickles each value below `base_dir`, in folders of its key; `durable=False` does not wait for the disk."""

    def __init__(self, base_dir: str | PathLike[str] | None = None, *, durable: bool = True) -> None:
        self.base_dir = Path(base_dir or ".assetc/storage")
        self._durable = durable

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Store the value and record where."""
        path = write_value(self.base_dir, context.asset_key, obj, durable=self._durable)
        context.add_output_metadata({"path": MetadataValue.path(path.absolute())})

    def load_input(self, context: InputContext) -> object:
        """The stored value."""
        return read_value(self.base_dir, context.asset_key)


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
