"""Pickled values in a folder, that of a project too: one file a value, so that no reader sees half of one."""

from __future__ import annotations

import fcntl
import os
import pickle
from pathlib import Path
from typing import BinaryIO

from assetc.definitions.errors import ValueNotFoundError
from assetc.definitions.key import AssetKey
from assetc.project.python.model_module import project_imports


def path_of(folder: Path, key: AssetKey) -> Path:
    """The file of an asset's value: a folder a segment. No segment can lead out of the store."""
    return folder.joinpath(*(_safe(part) for part in key.parts))


def write_value(folder: Path, key: AssetKey, value: object, *, durable: bool = True) -> Path:
    """Store a value and return its file; readers find the old value or the new one, if `durable` after a crash, too."""
    path = path_of(folder, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    with _open_alone(temporary) as file:
        try:
            pickle.dump(value, file, protocol=pickle.HIGHEST_PROTOCOL)
            file.flush()
            if durable:
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return path


def _open_alone(path: Path) -> BinaryIO:
    """The file, empty, which nobody else writes until it is closed. What a killed process left there is overwritten."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            is_still_there = path.stat().st_ino == os.fstat(descriptor).st_ino
        except FileNotFoundError:
            is_still_there = False
        if is_still_there:
            os.ftruncate(descriptor, 0)
            return os.fdopen(descriptor, "wb")
        os.close(descriptor)


def read_value(folder: Path, key: AssetKey) -> object:
    """The stored value of an asset. Raises ValueNotFoundError when there is none."""
    path = path_of(folder, key)
    if not path.is_file():
        message = f"{key} has no stored value: it was never materialized here, or its body returned a table or nothing"
        raise ValueNotFoundError(message, code="E183")
    with path.open("rb") as file:
        value: object = pickle.load(file)  # noqa: S301  written by this project
    return value


def remove_value(folder: Path, key: AssetKey) -> None:
    """Forget the stored value of an asset, if there is one."""
    path_of(folder, key).unlink(missing_ok=True)


def _safe(part: str) -> str:
    """A segment as a file name: a leading dot and separators are spelled out."""
    text = part.replace("%", "%25").replace("/", "%2F").replace("\\", "%5C").replace("\0", "%00")
    return "%2E" + text[1:] if text.startswith(".") else text


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
