"""What a compilation is given: the project, what its templates see, its files, and the memory of the last time."""

from __future__ import annotations

from msgspec import Struct

from assetc.compiler.memory import Files, Memory
from assetc.compiler.project import Project
from assetc.compiler.template.surroundings import Surroundings


class Given(Struct, frozen=True):
    """The input of the passes."""

    project: Project
    surroundings: Surroundings
    files: Files
    memory: Memory
