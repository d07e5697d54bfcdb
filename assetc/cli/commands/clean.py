"""`assetc clean`: removes what can be made again: compiled files and caches. Never state, values or the warehouse."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from assetc.cli.opening import open_project
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.stop import BAD_INPUT
from assetc.cli.text.text import Piece, line
from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.project import Project

KEPT = frozenset({".assetc", ".git"})
CACHES = ("cache.sqlite", "cache.sqlite-wal", "cache.sqlite-shm", "names")


@command_named("clean")
def command(invocation: Invocation) -> int:
    """Remove compiled files and caches. State, stored values and the warehouse stay."""
    opened = open_project(invocation)
    project, root = opened.workspace.project, opened.workspace.root
    opened.workspace.close()
    sound = list(_targets(project, root))
    refused = [name for name in project.settings.clean_targets if _folder(root, name) is None]
    for name in refused:
        hint = "assetc removes only folders of their own below the project"
        opened.say([diagnostic("E165", f"the clean target {name!r} is not removed", hint=hint)])
    for place in (*sound, *(root / ".assetc" / name for name in CACHES)):
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place, ignore_errors=True)
        elif place.exists() or place.is_symlink():
            with suppress(OSError):
                place.unlink()
        else:
            continue
        shown = str(place.relative_to(root))
        if place.exists():
            opened.say([diagnostic("E197", f"{shown} cannot be removed", hint="Look at its folder's permissions")])
            refused.append(shown)
        else:
            opened.output.say([line("removed ", Piece(shown, "strong"))])
    return BAD_INPUT if refused else 0


def _targets(project: Project, root: Path) -> Iterator[Path]:
    """The folders to remove: those that the project names, and the target folder."""
    for name in dict.fromkeys((*project.settings.clean_targets, project.settings.target_path)):
        folder = _folder(root, name)
        if folder is not None and folder.exists():
            yield folder


def _folder(root: Path, name: str) -> Path | None:
    """The folder of a name if it lies below the root and holds nothing that cannot be made again."""
    folder = (root / name).resolve()
    is_below = folder != root.resolve() and folder.is_relative_to(root.resolve())
    return folder if is_below and folder.relative_to(root.resolve()).parts[0] not in KEPT else None
