"""Property files that nobody has read yet: a command that finds nothing changed never does."""

from __future__ import annotations

from msgspec import Struct

from assetc.compiler.package import ProjectFile, Settings
from assetc.compiler.project import FolderConfig
from assetc.compiler.rules import Rules
from assetc.project.templates import TemplateNames


class UnreadProperties(Struct, frozen=True):
    """The property files of a project, and what is needed to understand them."""

    root: str
    rules: Rules
    files: tuple[ProjectFile, ...]
    folders: tuple[FolderConfig, ...]
    settings: Settings
    names: TemplateNames
