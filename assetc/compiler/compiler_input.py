"""What a compilation is given: the project, what its templates see, its files, and the memory of the last time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.memory import Files, Memory
from assetc.compiler.project import Project, Properties
from assetc.compiler.template.surroundings import Surroundings

ReadProperties: TypeAlias = Callable[[Collection[str] | None], tuple[Properties, tuple[Diagnostic, ...]]]
"""What the property files with these paths say, or all of them, and their faults. Few edits need any."""


class CompilerInput(Struct, frozen=True):
    """The input of the passes."""

    project: Project
    properties: ReadProperties
    surroundings: Surroundings
    files: Files
    memory: Memory

    def surroundings_in(self, path: str) -> Surroundings:
        """What the templates of a file see: those of another package know whose they are."""
        package = self.project.package_of(path)
        return replace(self.surroundings, package=package.name) if package.folder else self.surroundings
