"""The whole compilation, kept for the case that nothing, or next to nothing, has changed: one row of the cache."""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from hashlib import blake2b

from msgspec import Struct

from assetc.compiler.project import ProjectFile
from assetc.project.memory.cache import Cache
from assetc.project.memory.compact import read_plain
from assetc.project.memory.snapshot_rows import Recalled, Rows, Snapshot, read_rows, rows_of

HASH_LENGTH = 32
"""The characters of a hash. A row begins with two: that of the settings, and that of the stamps."""


class ProjectStamps(Struct, frozen=True):
    """A hash of the settings of a compilation; path, kind and stamp of each of its files, and a hash of them all."""

    settings: str
    files: bytes
    stamps: str

    @staticmethod
    def of(settings: object, files: Iterable[ProjectFile]) -> ProjectStamps:
        """The stamps with these settings, which are plain values, and these files."""
        rows = marshal.dumps([(file.path, file.kind, *file.stamp) for file in files])
        return ProjectStamps(hash_of(settings), rows, blake2b(rows, digest_size=16).hexdigest())


def recall(cache: Cache, scope: str, stamps: ProjectStamps) -> Recalled | None:
    """The last compilation of the scope, if it had these settings; of the same files if `stamps` are the same."""
    row = cache.get("snapshot", scope)
    if row is None or not row.startswith(stamps.settings.encode()):
        return None
    try:
        rows = Rows(*read_plain(row[2 * HASH_LENGTH :]))
        return read_rows(rows, row[HASH_LENGTH : 2 * HASH_LENGTH].decode())
    except (ValueError, TypeError, LookupError):
        return None


def changed_files(cache: Cache, scope: str, stamps: ProjectStamps) -> tuple[str, ...] | None:
    """The files with another stamp than at the last compilation; None if others are there, or of other kinds."""
    before, now = read_plain(cache.get("files", scope)) or [], read_plain(stamps.files)
    if len(before) != len(now):
        return None
    pairs = [(then, file) for then, file in zip(before, now, strict=True) if then != file]
    if any(then[:2] != file[:2] for then, file in pairs):
        return None
    return tuple(path for (path, *_), _ in pairs)


def keep(cache: Cache, scope: str, stamps: ProjectStamps, snapshot: Snapshot, recalled: Recalled | None = None) -> None:
    """Remember a compilation, with the rows of the one recalled where they are the same still."""
    try:
        content = marshal.dumps(tuple(rows_of(snapshot, recalled)))
    except ValueError:  # something cannot be written: a date in somebody's `meta`
        content = b""
    stamped = f"{stamps.settings}{stamps.stamps}".encode() + content
    cache.keep("snapshot", scope, stamped if content else b"")
    cache.keep("files", scope, stamps.files)


def hash_of(value: object) -> str:
    """A hash of plain values, for the stamps of a compilation."""
    return blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def version_of(cache: Cache, scope: str, secrets: tuple[str, ...]) -> str:
    """A keyed hash of the last compilation of a scope, and of the secrets of its target; "" if it cannot be kept."""
    row = cache.get("snapshot", scope)
    if not row:
        return ""
    hashed = blake2b(row, digest_size=16, key=cache.secret())
    hashed.update(repr(secrets).encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()
