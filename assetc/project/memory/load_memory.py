"""What earlier loads of unchanged files found."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from assetc.compiler.diagnostic import Diagnostic
from assetc.project.discover import Stamp, stamp_of
from assetc.project.documents.read_text import read_place
from assetc.project.documents.readings import ProfilesReading, ProjectFileReading, PropertyFileReading
from assetc.project.memory.cache import Cache
from assetc.project.memory.encoding import decode, encode

Reading = TypeVar("Reading", PropertyFileReading, ProjectFileReading, ProfilesReading)


class Memory:
    """Readings of configuration files in a cache, each with the stamp of its file; without a cache all are fresh."""

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache

    def recall(self, form: type[Reading], path: str, stamp: Stamp) -> Reading | None:
        """The reading of this file, if it was remembered with this stamp."""
        row = None if self._cache is None else self._cache.get(form.__name__, path)
        if row is None or row[:STAMP_LENGTH] != _stamp_bytes(stamp):
            return None
        return decode(form, row[STAMP_LENGTH:])

    def remember(self, path: str, stamp: Stamp, reading: Reading) -> None:
        """Keep a reading for the next load."""
        if self._cache is not None:
            self._cache.keep(type(reading).__name__, path, _stamp_bytes(stamp) + encode(reading))


NO_MEMORY = Memory()
STAMP_LENGTH = 16


def _stamp_bytes(stamp: Stamp) -> bytes:
    return blake2b(repr(stamp).encode(), digest_size=STAMP_LENGTH).digest()


def read_config_file(
    memory: Memory, form: type[Reading], place: Path, path: str, read: Callable[[str, str], Reading]
) -> Reading | Diagnostic:
    """The reading of a configuration file, remembered or fresh; E125 if the file cannot be read."""
    stamp = stamp_of(str(place))
    known = None if stamp is None else memory.recall(form, path, stamp)
    if known is not None:
        return known
    text = read_place(place, path)
    if isinstance(text, Diagnostic):
        return text
    reading = read(path, text)
    # One that holds secrets as plain text is never given to the memory: it would write them down.
    if stamp is not None and not (isinstance(reading, ProfilesReading) and reading.holds_secrets):
        memory.remember(path, stamp, reading)
    return reading
