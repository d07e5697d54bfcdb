"""The stored objects of a project: values of Python assets that are no tables."""

from __future__ import annotations

from pathlib import Path

from assetc.definitions.key import AssetKey
from assetc.project.python.model_module import project_imports
from assetc.runtime.values.pickled import read_value, remove_value, write_value

STORE = Path(".assetc", "storage")


def save_object(root: Path, key: AssetKey, value: object) -> Path:
    """Store the object of an asset in one step, and return its file. Classes of the project's own files are known."""
    with project_imports(root):
        return write_value(root / STORE, key, value)


def load_object(root: Path, key: AssetKey) -> object:
    """The stored object of an asset. Raises ValueNotFoundError (E183) when there is none."""
    with project_imports(root):
        return read_value(root / STORE, key)


def forget_object(root: Path, key: AssetKey) -> None:
    """Remove the stored object of an asset, if there is one: it has become a table."""
    remove_value(root / STORE, key)
