"""Which folder is the project: the nearest one upwards that holds a project file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.rules import RULES, Flavor, Rules
from assetc.project.documents.readers import has_tool_table

ProjectFileName = Literal["assetc.toml", "pyproject.toml", "dbt_project.yml"]

_LOOKED_FOR = "assetc.toml, pyproject.toml with [tool.assetc], and dbt_project.yml"
_USUAL_TABLE = re.compile(rb"^\[tool\.assetc[.\]]", re.MULTILINE)


class FoundProject(Struct, frozen=True):
    """A project's folder (absolute) and the file in it that makes it one."""

    root: Path
    file: ProjectFileName

    @property
    def flavor(self) -> Flavor:
        """Whether the project is configured our way or dbt's."""
        return "dbt" if self.file == "dbt_project.yml" else "native"

    @property
    def rules(self) -> Rules:
        """What that means."""
        return RULES[self.flavor]


def find_project(start: Path, project_dir: Path | None) -> FoundProject | Diagnostic:
    """The project that `start` lies in; with `project_dir`, the one in that very folder. Else E120."""
    if project_dir is not None:
        folder = (start / project_dir).absolute()
        return _project_in(folder) or _nothing_found(folder, f"there is no project in {folder}")
    folder = start.absolute()
    for candidate in (folder, *folder.parents):
        found = _project_in(candidate)
        if found is not None:
            return found
    return _nothing_found(folder, f"there is no project in {folder} or any folder above it")


def _project_in(folder: Path) -> FoundProject | None:
    for name in get_args(ProjectFileName):
        if _has_tool_table(folder / name) if name == "pyproject.toml" else (folder / name).is_file():
            return FoundProject(folder, name)
    return None


def _has_tool_table(path: Path) -> bool:
    """Whether a `pyproject.toml` configures assetc. It is parsed only where its text leaves that open."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    if b"assetc" not in content or _USUAL_TABLE.search(content):
        return b"assetc" in content
    return has_tool_table(content.decode("utf-8-sig", "replace"))


def _nothing_found(folder: Path, message: str) -> Diagnostic:
    near = next((name for name in ("dbt_project.yaml", "assetc.yml") if (folder / name).is_file()), None)
    if near is not None:
        expected = "dbt_project.yml" if near == "dbt_project.yaml" else "assetc.toml"
        return diagnostic("E120", message, hint=f"There is {near}: rename it to {expected}")
    hint = f"Looked for {_LOOKED_FOR}. `assetc init NAME` makes a project"
    return diagnostic("E120", message, hint=hint)
