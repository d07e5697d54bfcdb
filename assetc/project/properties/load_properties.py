"""Reading the property files of a project."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.package import ProjectFile, Settings
from assetc.compiler.project import FolderConfig, Properties
from assetc.compiler.rules import Rules
from assetc.project.documents.read_text import read_text
from assetc.project.documents.readers import read_properties
from assetc.project.documents.readings import PropertyFileReading
from assetc.project.memory.load_memory import Memory
from assetc.project.properties.finish_properties import finish_properties
from assetc.project.templates import TemplateNames

Readings = list[tuple[str, PropertyFileReading]]


class LoadedProperties(Struct, frozen=True):
    """What the property files say, their faults, and which files depend on more than their text: on variables ..."""

    properties: Properties
    problems: tuple[Diagnostic, ...]
    templated: tuple[str, ...]


def load_properties(unread: UnreadProperties, memory: Memory) -> LoadedProperties:
    """What the property files of a project say, from the memory where a file is unchanged. Never raises."""
    readings, problems = read_property_files(unread, memory)
    properties, faults = finish_properties(readings, unread.folders, unread.settings, unread.names)
    templated = tuple(path for path, reading in readings if reading.has_templates)
    return LoadedProperties(properties, (*problems, *faults), templated)


def read_property_files(unread: UnreadProperties, memory: Memory) -> tuple[Readings, tuple[Diagnostic, ...]]:
    """What each property file says by itself."""
    readings: Readings = []
    problems: list[Diagnostic] = []
    for file in unread.files:
        reading = memory.recall(PropertyFileReading, file.path, file.stamp) or _fresh(unread, file, memory)
        if isinstance(reading, Diagnostic):
            problems.append(reading)
        else:
            problems += reading.problems
            readings.append((file.path, reading))
    return readings, tuple(problems)


def only(unread: UnreadProperties, paths: Collection[str]) -> UnreadProperties:
    """These property files alone."""
    return replace(unread, files=tuple(file for file in unread.files if file.path in paths))


def _fresh(unread: UnreadProperties, file: ProjectFile, memory: Memory) -> PropertyFileReading | Diagnostic:
    text = read_text(unread.root, file.path)
    if isinstance(text, Diagnostic):
        return text
    reading = read_properties(file.path, text, unread.rules)
    memory.remember(file.path, file.stamp, reading)
    return reading


class UnreadProperties(Struct, frozen=True):
    """The property files of a project, and what is needed to understand them."""

    root: str
    rules: Rules
    files: tuple[ProjectFile, ...]
    folders: tuple[FolderConfig, ...]
    settings: Settings
    names: TemplateNames
