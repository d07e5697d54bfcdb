"""What changes whenever somebody writes to a database: found by looking at its files, without opening them as such."""

from __future__ import annotations

import os
from hashlib import blake2b

from assetc.adapters.duckdb.options import Options

_HEADER_LENGTH = 3 * 4096
"""The bytes of a database file in which it says, among others, how many checkpoints there have been."""


def stamp_of(options: Options) -> str | None:
    """The stamp of a target; None where its files do not show it."""
    try:
        return None if options.in_memory else _stamp(options)
    except OSError:
        return None


def _stamp(options: Options) -> str | None:
    if any(attachment.type not in (None, "duckdb") for attachment in options.attachments):
        return None
    paths = (options.path, *(attachment.path for attachment in options.attachments))
    hashed = blake2b(repr((options.database, options.attachments)).encode(), digest_size=16)
    for path in paths:
        hashed.update(_look_at(path))
    return hashed.hexdigest()


def _look_at(path: str) -> bytes:
    """The identity, size and time of a database file and of its log, and its headers. Raises OSError without a file."""
    log = f"{path}.wal"
    with open(path, "rb") as file:  # noqa: PTH123  pathlib is slower to import
        found, headers = os.fstat(file.fileno()), file.read(_HEADER_LENGTH)
    log_stamp = os.stat(log) if os.path.exists(log) else None  # noqa: PTH110, PTH116
    stamps = [(each.st_ino, each.st_size, each.st_mtime_ns) for each in (found, log_stamp) if each]
    return repr((path, stamps)).encode() + headers
