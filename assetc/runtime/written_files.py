"""The files of compiled SQL that were written: what is still there, and would be the same, is not written again."""

from __future__ import annotations

import marshal
import os
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

from assetc.compiler.asset import Check
from assetc.project.memory.snapshot import version_of
from assetc.runtime.workspace import Workspace

Entry: TypeAlias = tuple[str, bool, int, int, bytes]
"""The compilation that a file was written for, whether its SQL adds rows, its time and size, a hash of its text."""

KIND = "written"


def path_of_check(check: Check) -> str:
    """The file of a check, relative to the folder."""
    return f"checks/{check.name}.sql"


class WrittenFiles:
    """The files below one folder. Most commands find that all are there, so it is made to look at many quickly."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._cache = workspace.opening.cache
        self._folder = folder
        self._entries = _decoded(self._cache.get(KIND, str(folder)))
        self._version = version_of(self._cache, workspace.opening.scope, workspace.secrets)

    def is_current(self, path: str, *, adding: bool = False) -> bool:
        """Whether the file was written for this very compilation, and nobody touched it since.

        `adding`: whether its SQL is to be that which adds rows to a table.
        """
        entry = self._entries.get(path)
        if entry is None or not self._version or entry[:2] != (self._version, adding):
            return False
        return self._is_untouched(path, entry)

    def write(self, path: str, text: str, *, adding: bool = False, lasts: bool = True) -> None:
        """Write a file, unless it holds that text. `lasts`: while the compilation is the same, so is the text."""
        content = text.encode()
        hashed = blake2b(content, digest_size=16).digest()
        entry = self._entries.get(path)
        if entry is not None and entry[4] == hashed and self._is_untouched(path, entry):
            stamp = entry[2:4]
        else:
            stamp = self._put(path, content)
        self._entries[path] = (self._version if lasts else "", adding, *stamp, hashed)

    def keep(self) -> None:
        """Remember what was written."""
        self._cache.keep(KIND, str(self._folder), marshal.dumps(self._entries))

    def _is_untouched(self, path: str, entry: Entry) -> bool:
        try:
            found = os.stat(f"{self._folder}/{path}")  # noqa: PTH116  pathlib's is slower
        except OSError:
            return False
        return (found.st_mtime_ns, found.st_size) == entry[2:4]

    def _put(self, path: str, content: bytes) -> tuple[int, int]:
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        found = place.stat()
        return found.st_mtime_ns, found.st_size


def _decoded(row: bytes | None) -> dict[str, Entry]:
    if row is None:
        return {}
    try:
        decoded: dict[str, Entry] = marshal.loads(row)  # noqa: S302  our own cache, of this version of Python
    except (ValueError, TypeError, EOFError):
        return {}
    return decoded
