"""`assetc retry`: goes on with the last run where it ended, however it ended."""

from __future__ import annotations

from typing import cast

import click

from assetc.cli.invocation import Invocation
from assetc.cli.opening import BAD_INPUT, Opened, open_project, stop_for_errors
from assetc.cli.options import command_named, option
from assetc.cli.run_request import RunCommand, RunRequest
from assetc.cli.running import run_selected
from assetc.cli.stop import Stopped
from assetc.cli.target import identity_of, open_state
from assetc.cli.text import line
from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.make_plan import check_id
from assetc.compiler.selection.request import Selected, SelectionRequest
from assetc.runtime.processes import is_alive
from assetc.runtime.state.records import RunFilter, RunRecord, StepRecord

DONE = ("success", "reused")


@command_named("retry")
@option("--full-refresh/--no-full-refresh", "-f", "full_refresh", default=None, help="Build incremental models anew.")
@option("--fail-fast/--no-fail-fast", "-x", "fail_fast", env="FAIL_FAST", help="Stop at the first failure.")
@click.option("--dry-run", is_flag=True, help="Show the plan and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON at the end.")
def command(
    invocation: Invocation,
    full_refresh: bool | None,  # noqa: FBT001
    fail_fast: bool,  # noqa: FBT001
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> int:
    """Go on with the last run of this target: what failed, was skipped, or was never reached."""
    opened = open_project(invocation)
    last, steps = _last_run(opened)
    left = [step for step in steps if step.status not in DONE]
    if not left:
        opened.output.say([line(f"run {last.id} is complete: there is nothing to go on with")])
        return 0
    refreshes = _refreshed(last) if full_refresh is None else full_refresh
    if refreshes:
        opened.workspace.close()
        opened = open_project(invocation, full_refresh=True)
    request = RunRequest(
        command=cast("RunCommand", last.command),
        selection=SelectionRequest(),
        full_refresh=refreshes,
        fail_fast=fail_fast,
        dry_run=dry_run,
        as_json=as_json,
        root_id=last.root_id,
    )
    selected = _still_there(opened, left)
    stop_for_errors(opened, selected, SelectionRequest(("what is left",)))
    return run_selected(opened, request, selected)


def _last_run(opened: Opened) -> tuple[RunRecord, tuple[StepRecord, ...]]:
    """The last run of the target and its steps; stops when there is none, or when it still goes on."""
    with open_state(opened) as state:
        runs = state.runs(RunFilter(identity=identity_of(opened), limit=1))
        steps = state.steps(runs[0].id) if runs else ()
    if not runs:
        hint = f"Begin one with: assetc run --target {opened.workspace.project.target.name}"
        opened.say([diagnostic("E166", "there is no run in this target to go on with", hint=hint)])
        raise Stopped(BAD_INPUT)
    last = runs[0]
    if last.status == "running" and is_alive(last.process):
        hint = "Wait for it, or stop it with Ctrl-C where it was started"
        message = f"run {last.id} still goes on in process {last.process.pid}"
        opened.say([diagnostic("E166", message, hint=hint)])
        raise Stopped(BAD_INPUT)
    return last, steps


def _refreshed(run: RunRecord) -> bool:
    """Whether the run built incremental models anew."""
    return "--full-refresh" in run.arguments or "-f" in run.arguments


def _still_there(opened: Opened, steps: list[StepRecord]) -> Selected:
    """The assets and checks of the steps, as far as the project still has them."""
    graph = opened.workspace.graph
    keys = {step.key for step in steps if step.kind == "build" and step.key in graph.assets}
    ids = {step.id for step in steps if step.kind == "check"}
    checks = {check.name for check in graph.checks if check_id(check) in ids}
    return Selected(frozenset(key for key in keys if key is not None), frozenset(), frozenset(checks))
