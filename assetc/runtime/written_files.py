"""The files of compiled SQL that were written: what is still there, and would be the same, is not written again."""

from __future__ import annotations

import marshal
import os
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

from assetc.compiler.asset import Check
from assetc.project.memory.compact import read_plain
from assetc.project.memory.snapshot import version_of
from assetc.runtime.workspace import Workspace

Purpose: TypeAlias = tuple[str, bool]
"""The compilation that a file was written for, "" if it may not last as long, and whether its SQL adds rows."""

Stamp: TypeAlias = tuple[int, int]
"""The time and size of a file."""

Entry: TypeAlias = tuple[Purpose, Stamp, bytes]
"""What a file was written for, how it was left, and a hash of its text."""

KIND = "written"


def path_of_check(check: Check) -> str:
    """The file of a check, relative to the folder."""
    return f"checks/{check.id.name.removesuffix('.sql')}.sql"


class WrittenFiles:
    """The files below one folder. Most commands find that all are there, so it is made to look at many quickly."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._cache = workspace.opening.cache
        self._folder = folder
        self._entries: dict[str, Entry] = read_plain(self._cache.get(KIND, str(folder))) or {}
        self._version = version_of(self._cache, workspace.opening.scope, workspace.secrets)

    def is_current(self, path: str, *, adding: bool = False) -> bool:
        """Whether the file was written for this very compilation (`adding`: as SQL that adds rows) and not touched."""
        entry = self._entries.get(path)
        if entry is None or not self._version:
            return False
        purpose, stamp, _ = entry
        return purpose == (self._version, adding) and self._stamp(path) == stamp

    def write(self, path: str, text: str, *, adding: bool = False, lasts: bool = True) -> None:
        """Write a file, unless it holds that text. `lasts`: while the compilation is the same, so is the text."""
        content = text.encode()
        hashed = blake2b(content, digest_size=16).digest()
        _, stamp, known = self._entries.get(path, (None, None, None))
        if stamp is None or known != hashed or self._stamp(path) != stamp:
            stamp = self._put(path, content)
        self._entries[path] = (self._version if lasts else "", adding), stamp, hashed

    def keep(self) -> None:
        """Remember what was written."""
        self._cache.keep(KIND, str(self._folder), marshal.dumps(self._entries))

    def _stamp(self, path: str) -> Stamp | None:
        """The stamp of a file as it is now; None if it is not there."""
        try:
            found = os.stat(f"{self._folder}/{path}")  # noqa: PTH116  pathlib's is slower
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _put(self, path: str, content: bytes) -> Stamp:
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            place.write_bytes(content)
        except OSError as error:  # of a full disk the system names no file
            raise OSError(error.errno, error.strerror, str(place)) from error
        found = place.stat()
        return found.st_mtime_ns, found.st_size
