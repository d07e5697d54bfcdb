"""Shell completion of names of assets and selections."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Text = click.ParamType[str]
else:
    Text = click.ParamType  # generic from click 8.4 on

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

    from assetc.cli.options.names_file import names_near

    return [CompletionItem(before + name) for name in names_near(Path.cwd()) if name.startswith(start)]
