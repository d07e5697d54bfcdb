"""What earlier loads of unchanged files found: whoever keeps it, `load` only asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from assetc.compiler.diagnostic import Diagnostic
from assetc.project.discover import Stamp, stamp_of
from assetc.project.documents.read_text import read_place
from assetc.project.documents.readings import ProfilesReading, ProjectFileReading, PropertyFileReading

Reading = TypeVar("Reading", PropertyFileReading, ProjectFileReading, ProfilesReading)


class Memory(Protocol):
    """Readings by kind, path (as diagnostics show it) and stamp. They are plain values for msgspec."""

    def recall(self, form: type[Reading], path: str, stamp: Stamp) -> Reading | None:
        """The reading of this file, if it was remembered with this stamp."""

    def remember(self, path: str, stamp: Stamp, reading: Reading) -> None:
        """Keep a reading for the next load."""


class NoMemory:
    """Remembers nothing: every file is read."""

    def recall(self, form: type[Reading], path: str, stamp: Stamp) -> Reading | None:
        """Nothing."""
        return None

    def remember(self, path: str, stamp: Stamp, reading: Reading) -> None:
        """Forget it."""


NO_MEMORY = NoMemory()


def read_config_file(
    memory: Memory, form: type[Reading], place: Path, path: str, read: Callable[[str, str], Reading]
) -> Reading | Diagnostic:
    """The reading of a configuration file, remembered or fresh; E125 if the file cannot be read.

    A reading that holds secrets as plain text is never given to the memory: it would write them down.
    """
    stamp = stamp_of(str(place))
    known = None if stamp is None else memory.recall(form, path, stamp)
    if known is not None:
        return known
    text = read_place(place, path)
    if isinstance(text, Diagnostic):
        return text
    reading = read(path, text)
    if stamp is not None and not (isinstance(reading, ProfilesReading) and reading.holds_secrets):
        memory.remember(path, stamp, reading)
    return reading
