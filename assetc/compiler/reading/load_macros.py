"""The macros of a project, before anything is rendered."""

from __future__ import annotations

from assetc.compiler.memory import Files
from assetc.compiler.project import Project
from assetc.compiler.template.macros import MacroFile, MacroLibrary


def load_macros(project: Project, files: Files) -> MacroLibrary:
    """The macros of the project. A project without any costs nothing."""
    paths = (file.path for file in project.files if file.kind == "macro")
    return MacroLibrary.of(MacroFile(path, files.text(path), project.name) for path in paths)
