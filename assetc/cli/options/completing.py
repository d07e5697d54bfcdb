"""Shell completion of names: they are kept in a file, so that a shell need not open the project."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from assetc.runtime.workspace import Workspace

    Text = click.ParamType[str]
else:
    Text = click.ParamType  # generic from click 8.4 on


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


_BEFORE_NAME = re.compile(r"(?:.*,)?(?:@|\d*\+)?(?:key:|fqn:)?")


class AssetName(Text):
    """The name of an asset."""

    name = "name"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that begin like this, from the file written by the last command."""
        return _items("", incomplete)


class SelectionText(Text):
    """A selection: the name in it is completed, also after `+`, `@` and commas."""

    name = "selection"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The selections that begin like this."""
        match = _BEFORE_NAME.match(incomplete)
        before = match[0] if match else ""
        return _items(before, incomplete[len(before) :])


def _items(before: str, start: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(before + name) for name in names_near(Path.cwd()) if name.startswith(start)]
