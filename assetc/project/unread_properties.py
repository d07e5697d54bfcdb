"""Property files that nobody has read yet: a command that finds nothing changed never does."""

from __future__ import annotations

from dataclasses import dataclass

from assetc.compiler.project import Flavor, FolderConfig, ProjectFile, Settings
from assetc.project.templates import TemplateNames


@dataclass(frozen=True, slots=True)
class UnreadProperties:
    """The property files of a project, and what is needed to understand them."""

    root: str
    flavor: Flavor
    files: tuple[ProjectFile, ...]
    folders: tuple[FolderConfig, ...]
    settings: Settings
    names: TemplateNames
