"""What the commands that execute a plan are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal

import click

from assetc.cli.options import Command, Decorator, decorated, option
from assetc.cli.selection_options import with_selection
from assetc.compiler.selection.request import SelectionRequest

RunCommand = Literal["run", "build", "seed", "test"]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A run: what to take, and how. `root_id` is the run that this one goes on with."""

    command: RunCommand
    selection: SelectionRequest
    full_refresh: bool = False
    changed: bool = False
    fail_fast: bool = False
    dry_run: bool = False
    as_json: bool = False
    root_id: str | None = None


FULL_REFRESH = ("--full-refresh/--no-full-refresh", "-f", "full_refresh")

RUN_OPTIONS: tuple[Decorator, ...] = (
    option(*FULL_REFRESH, env="FULL_REFRESH", help="Build incremental models anew."),
    click.option("--changed", is_flag=True, help="Build only what is missing or stale."),
    option("--fail-fast/--no-fail-fast", "-x", "fail_fast", env="FAIL_FAST", help="Stop at the first failure."),
    click.option("--dry-run", is_flag=True, help="Show the plan and do nothing."),
    click.option("--json", "as_json", is_flag=True, help="Print the results as JSON at the end."),
)


def with_run_request(command: RunCommand) -> Decorator:
    """The options of a run, given to the function as a RunRequest."""

    def decorate(function: Command) -> Command:
        @wraps(function)
        def called(*arguments: Any, selection: SelectionRequest, **options: Any) -> int:
            names = ("full_refresh", "changed", "fail_fast", "dry_run", "as_json")
            taken = {name: options.pop(name) for name in names}
            return function(*arguments, RunRequest(command, selection, **taken), **options)

        return with_selection(decorated(called, RUN_OPTIONS))

    return decorate
