"""What the files hold that assets read: a version for each file, folder and pattern, remembered by stamps."""

from __future__ import annotations

import glob
import marshal
import os
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TypeAlias

from assetc.compiler.names.file_source import has_pattern, is_url
from assetc.definitions.nearest import did_you_mean
from assetc.project.memory.cache import Cache
from assetc.project.memory.compact import read_plain

KIND = "contents"
UNSEEN = ""
"""The version of what nobody looks into: a URL, a pipe, a file that may not be read, a folder of everything."""
MISSING = "missing"
MOST_FILES = 100_000
"""A folder or a pattern of more files is not looked into."""
CHUNK = 1 << 20

Stamp: TypeAlias = tuple[int, int, int]
Known: TypeAlias = tuple[str, dict[str, tuple[Stamp, str]]]
"""The version of an address; the stamp of each of its files, and a hash of what that holds."""


class FileContents:
    """The versions of addresses; paths are relative to the root. Any thread may ask."""

    def __init__(self, root: str, cache: Cache) -> None:
        self._root = root
        self._cache = cache
        self._known: dict[str, Known] | None = None
        self._changed: dict[str, Known] = {}

    def version(self, address: str) -> str:
        """A hash of what an address holds: the files and the content of each; MISSING if there is no such file."""
        if is_url(address) or self._is_of_everything(address):
            return UNSEEN
        known = self._remembered().get(address)
        stamps = dict(islice(self._stamps(address), MOST_FILES + 1))
        if len(stamps) > MOST_FILES:
            return UNSEEN
        if known is None or stamps != {path: stamp for path, (stamp, _) in known[1].items()}:
            hashes = dict(self._hashes(stamps, known[1] if known else {}))
            known = self._changed[address] = self._remembered()[address] = (_version(hashes), hashes)
        return MISSING if not stamps and not self._may_be_empty(address) else known[0]

    def keep(self) -> None:
        """Remember what was found out. Called by the thread that owns the cache."""
        for address, known in list(self._changed.items()):
            self._cache.keep(KIND, address, marshal.dumps(known))
        self._changed.clear()

    def near(self, address: str) -> str:
        """A hint with the files of its folder whose names are like that of a missing one."""
        folder, name = os.path.split(address)
        try:
            names = os.listdir(self._place(folder))  # noqa: PTH208  pathlib is slower
        except (OSError, ValueError):
            return ""
        return did_you_mean(name, names)

    def _remembered(self) -> dict[str, Known]:
        if self._known is None:
            rows = self._cache.all(KIND)
            self._known = {text.path: known for text, row in rows.items() if (known := read_plain(row)) is not None}
        return self._known

    def _place(self, address: str) -> str:
        return os.path.join(self._root, os.path.expanduser(address))  # noqa: PTH111, PTH118  a path resolves the dots

    def _is_of_everything(self, address: str) -> bool:
        """Whether a folder, or the one that a pattern goes down from, is the user's own or holds the whole project."""
        head, recursive, _ = self._place(address).partition("**")
        if not recursive and not os.path.isdir(head):  # noqa: PTH112  as above
            return False
        folder = os.path.normpath(head)
        within = os.path.commonpath((folder, self._root)) == folder
        return folder == os.path.expanduser("~") or (within and not (recursive and folder == self._root))  # noqa: PTH111

    def _may_be_empty(self, address: str) -> bool:
        """Whether no file at all is something that can be there: an empty folder, a pattern, a pipe."""
        return has_pattern(address) or os.path.exists(self._place(address))  # noqa: PTH110  as above

    def _stamps(self, address: str) -> Iterator[tuple[str, Stamp]]:
        """The files of an address, in a fixed order, with their stamps."""
        place = self._place(address)
        try:
            found = os.stat(place)  # noqa: PTH116  as above
        except (OSError, ValueError):
            matching = sorted(glob.iglob(place, recursive=True)) if has_pattern(address) else ()  # noqa: PTH207
            yield from _stamped(matching)
            return
        if S_ISREG(found.st_mode):
            yield place, (found.st_mtime_ns, found.st_size, found.st_ino)
        elif S_ISDIR(found.st_mode):
            yield from _stamped(sorted(_files_below(place)))

    def _hashes(
        self, stamps: Mapping[str, Stamp], known: Mapping[str, tuple[Stamp, str]]
    ) -> Iterator[tuple[str, tuple[Stamp, str]]]:
        for path, stamp in stamps.items():
            before = known.get(path)
            yield path, before if before is not None and before[0] == stamp else (stamp, _hash_of(path))


def _version(hashes: Mapping[str, tuple[Stamp, str]]) -> str:
    """The hash of the one file, else that of the names and hashes of all."""
    if len(hashes) == 1:
        return next(iter(hashes.values()))[1]
    content = repr([(path, content) for path, (_, content) in hashes.items()])
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _stamped(paths: Iterable[str]) -> Iterator[tuple[str, Stamp]]:
    for path in paths:
        try:
            found = os.stat(path)  # noqa: PTH116  a path object would cost more than the call
        except OSError:
            continue
        if S_ISREG(found.st_mode):
            yield path, (found.st_mtime_ns, found.st_size, found.st_ino)


def _files_below(folder: str) -> Iterator[str]:
    """All files below a folder, but hidden ones; a link that leads upwards is followed once."""
    seen: set[tuple[int, int]] = set()
    for current, folders, names in os.walk(folder, followlinks=True):
        found = os.stat(current)  # noqa: PTH116  as above
        is_new = (found.st_dev, found.st_ino) not in seen
        seen.add((found.st_dev, found.st_ino))
        folders[:] = [each for each in folders if is_new and not each.startswith((".", "__pycache__"))]
        yield from (f"{current}/{name}" for name in names if is_new and not name.startswith("."))


def _hash_of(path: str) -> str:
    hashed = blake2b(digest_size=16)
    try:
        with Path(path).open("rb") as file:
            while chunk := file.read(CHUNK):
                hashed.update(chunk)
    except OSError:
        return UNSEEN
    return hashed.hexdigest()
