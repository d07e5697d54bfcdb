"""The options of commands that select assets."""

from __future__ import annotations

from functools import wraps
from typing import Any

import click

from assetc.cli.options.completing import SelectionText
from assetc.cli.options.options import Command, Decorator, decorated, option, several
from assetc.compiler.selection.request import INDIRECT_MODES, SelectionRequest

SELECT = ("--select", "-s", "--models", "--model", "-m", "select")
RESOURCE_TYPES = ("--resource-type", "--resource-types", "--type", "resource_types")
EXCLUDED_TYPES = ("--exclude-resource-type", "--exclude-resource-types", "exclude_resource_types")

SELECTION: tuple[Decorator, ...] = (
    several(*SELECT, type=SelectionText(), metavar="SELECTION...", help="What to select."),
    several("--exclude", type=SelectionText(), metavar="SELECTION...", help="What to leave out of the selection."),
    option("--selector", metavar="NAME", help="A selection that selectors.yml defines."),
    option(
        "--indirect-selection",
        "indirect",
        env="INDIRECT_SELECTION",
        type=click.Choice(INDIRECT_MODES),
        default="eager",
        help="Which checks are selected with the assets that they read.",
    ),
    several(*RESOURCE_TYPES, metavar="TYPE...", help="Only these types."),
    several(*EXCLUDED_TYPES, metavar="TYPE...", help="All but these types."),
)


def with_selection(function: Command) -> Command:
    """The options of a selection, given to the function as `selection`."""

    @wraps(function)
    def called(*arguments: Any, **options: Any) -> int:
        selection = {name: options.pop(name) for name in SelectionRequest.__struct_fields__}
        return function(*arguments, selection=SelectionRequest(**selection), **options)

    return decorated(called, SELECTION)
