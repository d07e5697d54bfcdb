"""The options of the commands that execute a plan."""

from __future__ import annotations

from functools import wraps
from typing import Any

import click
from msgspec import Struct

from assetc.cli.options.options import Command, Decorator, decorated, option
from assetc.cli.options.selection_options import with_selection
from assetc.compiler.planning.make_plan import Command as PlanCommand
from assetc.compiler.selection.request import SelectionRequest


class RunOptions(Struct, frozen=True):
    """A run: what to execute, and how."""

    command: PlanCommand
    selection: SelectionRequest
    full_refresh: bool = False
    changed: bool = False
    fail_fast: bool = False
    dry_run: bool = False
    as_json: bool = False


FULL_REFRESH = ("--full-refresh/--no-full-refresh", "-f", "full_refresh")

RUN_OPTIONS: tuple[Decorator, ...] = (
    option(*FULL_REFRESH, env="FULL_REFRESH", help="Rebuild incremental models."),
    click.option("--changed", is_flag=True, help="Build only what is missing or stale."),
    option("--fail-fast/--no-fail-fast", "-x", "fail_fast", env="FAIL_FAST", help="Stop at the first failure."),
    click.option("--dry-run", is_flag=True, help="Show the plan and do nothing."),
    click.option("--json", "as_json", is_flag=True, help="Print the results as JSON at the end."),
)


def with_run_options(command: PlanCommand) -> Decorator:
    """The options of a run, given to the function as a RunOptions."""

    def decorate(function: Command) -> Command:
        @wraps(function)
        def called(*arguments: Any, selection: SelectionRequest, **options: Any) -> int:
            names = ("full_refresh", "changed", "fail_fast", "dry_run", "as_json")
            taken = {name: options.pop(name) for name in names}
            return function(*arguments, RunOptions(command, selection, **taken), **options)

        return with_selection(decorated(called, RUN_OPTIONS))

    return decorate
