"""What run, build, seed, test and retry have in common: plan, execute, show, and say how it ended."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import wraps
from types import FrameType
from typing import Any

import click
from msgspec import Struct

from assetc.cli.opening import Opened, open_project, select_in, stop_for_errors
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import Command, Decorator, command_named, decorated, option
from assetc.cli.options.other_tools import said_by_environment
from assetc.cli.options.selection_options import with_selection
from assetc.cli.plan_lines import give_plan
from assetc.cli.progress.follow import Audience, follow
from assetc.cli.progress.json_lines import step_json
from assetc.cli.progress.log_file import LogFile
from assetc.cli.progress.progress import Progress
from assetc.cli.progress.summary import Heading
from assetc.cli.stop import FAILED, INTERRUPTED
from assetc.cli.target import hold_target, open_state
from assetc.cli.text.output import Fields
from assetc.cli.text.text import line
from assetc.cli.wanted import wanted_by
from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.selection.request import Command as PlanCommand
from assetc.compiler.selection.request import Selected, SelectionRequest
from assetc.compiler.selection.select import nothing_to_build
from assetc.runtime.execution.cancellation import Cancellation
from assetc.runtime.execution.events import Event, StepFinished, ends_of
from assetc.runtime.plan_project import RunRequest, missing_files, plan_project
from assetc.runtime.run_project import HeldTarget

FULL_REFRESH = "--full-refresh"


class RunOptions(Struct, frozen=True):
    """A run: what to execute, and how."""

    command: PlanCommand
    selection: SelectionRequest
    full_refresh: bool = False
    changed: bool = False
    fail_fast: bool = False
    dry_run: bool = False
    as_json: bool = False


RUN_OPTIONS: tuple[Decorator, ...] = (
    option(
        "--full-refresh/--no-full-refresh", "-f", "full_refresh", env="FULL_REFRESH", help="Rebuild incremental models."
    ),
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
            taken = {name: options.pop(name) for name in RunOptions.__struct_fields__[2:]}
            return function(*arguments, RunOptions(command, selection, **taken), **options)

        return with_selection(decorated(called, RUN_OPTIONS))

    return decorate


def running(command: PlanCommand, help: str) -> click.Command:
    """A command that makes a plan and executes it."""
    return command_named(command, help=help)(with_run_options(command)(run_command))


def run_command(invocation: Invocation, options: RunOptions) -> int:
    """Open, select, plan, run; the code with which the process should exit."""
    opened = open_project(invocation, full_refresh=options.full_refresh)
    opened.say(
        diagnostic("W223", f"{name} is not built yet and has no effect", hint=hint)
        for name, hint in said_by_environment(os.environ)
    )
    selected = select_in(opened, options.selection)
    stop_for_errors(opened, wanted_by(options.command, selected, options.selection, opened.workspace))
    if options.command != "test":
        opened.stop_for(nothing_to_build(selected, opened.workspace.graph, opened.workspace.compilation.others))
    request = _request(opened, options, selected)
    with closing(opened.workspace):
        if options.dry_run and not options.changed:
            with open_state(opened) as state:
                plan = plan_project(opened.workspace, request, state, None)
            opened.say(missing_files(opened.workspace, plan))
            give_plan(opened, plan, as_json=options.as_json)
            return 0
        if not selected:
            opened.output.say([line("nothing to do: nothing is selected")])
            give_results(opened, Progress(), [], as_json=options.as_json)
            return 0
        with hold_target(opened) as target:
            return carry_out(opened, target, request, options)


def carry_out(opened: Opened, target: HeldTarget, request: RunRequest, options: RunOptions) -> int:
    """Do what is asked for and show it, or only show the plan where that is what was asked for."""
    plan = target.plan(request)
    opened.say(missing_files(opened.workspace, plan))
    if options.dry_run:
        give_plan(opened, plan, as_json=options.as_json)
        return 0
    with cancelling(request.cancellation):
        return _shown(opened, target.run(request, plan), as_json=options.as_json)


def arguments_with(arguments: Iterable[str], *, full_refresh: bool) -> tuple[str, ...]:
    """The arguments as they are recorded: `retry` finds there, written out, whether everything was rebuilt."""
    others = tuple(argument for argument in arguments if argument != FULL_REFRESH)
    return (*others, FULL_REFRESH) if full_refresh else others


def give_results(opened: Opened, progress: Progress, finished: list[StepFinished], *, as_json: bool) -> None:
    """The results as JSON, if that is wanted."""
    if as_json:
        results: Fields = {
            "run_id": progress.ended.run_id if progress.ended else None,
            "status": progress.status or "success",
            "seconds": progress.ended.seconds if progress.ended else 0.0,
            "steps": list(map(step_json, finished)),
        }
        opened.output.give_json(results)


def _request(opened: Opened, options: RunOptions, selected: Selected) -> RunRequest:
    return RunRequest(
        options.command,
        selected,
        changed=options.changed,
        full_refresh=options.full_refresh,
        fail_fast=options.fail_fast,
        arguments=arguments_with(map(opened.output.masked, sys.argv[1:]), full_refresh=options.full_refresh),
    )


def _shown(opened: Opened, events: Iterator[Event], *, as_json: bool) -> int:
    """Show the events as they come; at the end the results as JSON, if that is wanted."""
    workspace, progress = opened.workspace, Progress()
    finished: list[StepFinished] = []
    folder = opened.invocation.log_path or workspace.root / "logs"
    heading = Heading(workspace.project.name, workspace.project.target.name, len(workspace.graph.assets))
    with closing(LogFile(folder / "assetc.log")) as log:
        for event, after in follow(events, Audience(opened.output, log, heading, opened.text_of)):
            progress = after
            if as_json:
                finished += ends_of(event)
    if log.fault:
        opened.output.say([line(log.fault)], "warn")
    give_results(opened, progress, finished, as_json=as_json)
    return {"success": 0, "failed": FAILED}.get(progress.status or "", INTERRUPTED)


@contextmanager
def cancelling(cancellation: Cancellation) -> Iterator[None]:
    """While inside, SIGINT and SIGTERM cancel; a second SIGINT raises KeyboardInterrupt."""

    def stop(number: int, frame: FrameType | None) -> None:
        if cancellation.is_asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.stderr.write("\nstopping: running queries are cancelled (Ctrl-C again to leave at once)\n")
        cancellation.cancel()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
