"""`assetc retry`: goes on with the last run where it ended, however it ended."""

from __future__ import annotations

from contextlib import closing
from typing import cast

import click

from assetc.cli.opening import Opened, open_project, stop_for_errors
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named, option
from assetc.cli.running import FULL_REFRESH, RunOptions, arguments_with, carry_out
from assetc.cli.target import hold_target, open_state
from assetc.cli.text.text import line
from assetc.cli.wanted import Wanted
from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.selection.request import Command, SelectionRequest
from assetc.runtime.plan_project import RunRequest
from assetc.runtime.processes import is_alive
from assetc.runtime.resume import last_run
from assetc.runtime.state.records import RunRecord
from assetc.runtime.workspace import identity_of


@command_named("retry")
@option("--full-refresh/--no-full-refresh", "-f", "full_refresh", default=None, help="Rebuild incremental models.")
@option("--fail-fast/--no-fail-fast", "-x", "fail_fast", env="FAIL_FAST", help="Stop at the first failure.")
@click.option("--dry-run", is_flag=True, help="Show the plan and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON at the end.")
def command(invocation: Invocation, full_refresh: bool | None, fail_fast: bool, dry_run: bool, as_json: bool) -> int:
    """Continue the last run of this target: what failed, was skipped, or was never reached."""
    opened = open_project(invocation)
    last = _last_run(opened)
    options = RunOptions(
        cast("Command", last.command),
        SelectionRequest(),
        full_refresh=FULL_REFRESH in last.arguments if full_refresh is None else full_refresh,
        fail_fast=fail_fast,
        dry_run=dry_run,
        as_json=as_json,
    )
    again = invocation._replace(vars=invocation.vars or _vars_given(last))
    if options.full_refresh or again != invocation:
        opened.workspace.close()
        opened = open_project(again, full_refresh=options.full_refresh)
    with closing(opened.workspace):
        return _go_on(opened, last, options)


def _go_on(opened: Opened, last: RunRecord, options: RunOptions) -> int:
    """Do what a run left to do; the code with which the process should exit."""
    with hold_target(opened) as target:
        left = target.left_of(last)
        if left.lost:
            opened.output.say([line(f"not in the project any more: {', '.join(step.id for step in left.lost)}")])
        if not left:
            opened.output.say([line(f"run {last.id} is complete: there is nothing to go on with")])
            return 0
        stop_for_errors(opened, Wanted(assets=left.selected.assets, checks=left.selected.nodes))
        request = RunRequest(
            options.command,
            left.selected,
            full_refresh=options.full_refresh,
            fail_fast=options.fail_fast,
            arguments=arguments_with(last.arguments, full_refresh=options.full_refresh),
            root_id=last.root_id,
        )
        return carry_out(opened, target, request, options)


def _last_run(opened: Opened) -> RunRecord:
    """The last run of the target; stops when there is none, or when it still goes on."""
    with open_state(opened) as state:
        last = last_run(state, identity_of(opened.workspace))
    if last is None:
        hint = f"Begin one with: assetc build --target {opened.workspace.project.target.name}"
        raise opened.stopped(diagnostic("E166", "there is no run in this target to go on with", hint=hint))
    if last.status == "running" and is_alive(last.process):
        hint = "Wait for it, or stop it with Ctrl-C where it was started"
        message = f"run {last.id} still goes on in process {last.process.pid}"
        raise opened.stopped(diagnostic("E166", message, hint=hint))
    return last


def _vars_given(run: RunRecord) -> str | None:
    """What the run was given as `--vars`: what is left of it means the same."""
    for argument, following in zip(run.arguments, (*run.arguments[1:], ""), strict=False):
        if argument == "--vars":
            return following
        if argument.startswith("--vars="):
            return argument.removeprefix("--vars=")
    return None
