"""The macros of a project, before anything is rendered."""

from __future__ import annotations

from assetc.compiler.memory import Files
from assetc.compiler.project import Project
from assetc.compiler.template.macros import MacroFile, MacroLibrary


def load_macros(project: Project, files: Files) -> MacroLibrary:
    """The macros of the project. A project without any costs nothing."""
    found = ((package, file) for package in project.packages for file in package.files if file.kind == "macro")
    return MacroLibrary.of(MacroFile(file.path, files.text(file.path), package.name) for package, file in found)
