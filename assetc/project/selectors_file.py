"""The named selections of a project: `selectors.yml`, or `selectors` in a native project's file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from assetc.compiler.config import nothing
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.project import Entry
from assetc.project.documents.readers import read_selectors_file
from assetc.project.documents.readings import ProjectFileReading
from assetc.project.memory.load_memory import Memory, read_config_file

FILE = "selectors.yml"


class WrittenSelectors(Struct, frozen=True):
    """The content of a selectors file as plain values, and which file it is."""

    content: Mapping[str, object] = field(default_factory=nothing)
    path: str = ""


def read_selectors(
    root: Path, project_file: str, entries: Mapping[str, Entry], memory: Memory
) -> tuple[WrittenSelectors, tuple[Diagnostic, ...]]:
    """The selectors of a project; what they mean, the compiler says."""
    own = entries.get("selectors")
    if own is not None:
        return WrittenSelectors({"selectors": own.value}, project_file), ()
    if not (root / FILE).is_file():
        return WrittenSelectors(), ()
    reading = read_config_file(memory, ProjectFileReading, root / FILE, FILE, read_selectors_file)
    if isinstance(reading, Diagnostic):
        return WrittenSelectors(), (reading,)
    content = {entry.key: entry.value for entry in reading.entries}
    return WrittenSelectors(content, FILE), reading.problems
