"""The IO manager that keeps pickled values in a folder: the default one of `materialize()` and of a project."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from assetc.definitions.io_manager import InputContext, IOManager, OutputContext
from assetc.definitions.metadata import MetadataValue
from assetc.runtime.values.pickled import read_value, write_value


class FilesystemIOManager(IOManager):
    """Stores each value as a pickle below `base_dir`, in folders named like the segments of its key.

    `durable=False` spares the wait for the disk, for a folder that does not outlive the process.
    """

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
