"""What changes whenever somebody writes to a database: found by looking at its files, without opening them as such."""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import blake2b

from assetc.adapters.duckdb.options import Options, read_options
from assetc.adapters.protocol import WarehouseError

_HEADERS = 3 * 4096
"""The bytes of a database file in which it says, among others, how many checkpoints there have been."""


def stamp_of(fields: Mapping[str, object], root: str) -> str | None:
    """The stamp of a target; None where its files do not tell."""
    try:
        options = read_options(fields, root)
        return None if options.in_memory else _stamp(options)
    except (WarehouseError, OSError):
        return None


def _stamp(options: Options) -> str | None:
    if any(attachment.type not in (None, "duckdb") for attachment in options.attachments):
        return None
    paths = (options.path, *(attachment.path for attachment in options.attachments))
    seen = blake2b(repr((options.database, options.attachments)).encode(), digest_size=16)
    for path in paths:
        seen.update(_seen_of(path))
    return seen.hexdigest()


def _seen_of(path: str) -> bytes:
    """Raises OSError for what is no file."""
    log = f"{path}.wal"
    with open(path, "rb") as file:  # noqa: PTH123  pathlib is slower to import
        found, headers = os.fstat(file.fileno()), file.read(_HEADERS)
    log_stamp = os.stat(log) if os.path.exists(log) else None  # noqa: PTH110, PTH116
    stamps = [(each.st_ino, each.st_size, each.st_mtime_ns) for each in (found, log_stamp) if each]
    return repr((path, stamps)).encode() + headers
