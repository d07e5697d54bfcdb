"""The names of a project in a file of its own, so that a shell can complete them without opening the project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assetc.runtime.workspace import Workspace

FILE = Path(".assetc", "names")

PROJECT_FILES = ("assetc.toml", "pyproject.toml", "dbt_project.yml")


def keep_names(workspace: Workspace) -> None:
    """Write the names if they may have changed. A failure to write them is ignored: completion is optional."""
    path = workspace.root / FILE
    counts = workspace.counts
    if path.exists() and not (counts.read or counts.parsed or counts.derived):
        return
    names = sorted(map(str, workspace.graph.upstream))
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def names_near(folder: Path) -> Iterator[str]:
    """The names of the project that contains the folder, as of the last command."""
    for candidate in (folder, *folder.parents):
        if any(os.path.exists(candidate / name) for name in PROJECT_FILES):  # noqa: PTH110  pathlib's is slower
            with suppress(OSError, UnicodeDecodeError):
                yield from (candidate / FILE).read_text(encoding="utf-8").splitlines()
                return
