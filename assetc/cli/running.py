"""What run, build, seed, test and retry have in common: plan, execute, show, and say how it ended."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from assetc.adapters.protocol import Existing
from assetc.cli.follow import Audience, follow
from assetc.cli.interrupt import cancelling
from assetc.cli.invocation import Invocation
from assetc.cli.json_lines import Fields, encoded, step_json
from assetc.cli.log_file import LogFile
from assetc.cli.opening import Opened, open_project, stop_for_errors, take
from assetc.cli.planning import give_plan, plan_of
from assetc.cli.progress import Progress
from assetc.cli.run_request import RunRequest
from assetc.cli.summary import Heading
from assetc.cli.target import FAILED, identity_of, open_state, open_warehouse
from assetc.compiler.selection.request import Selected
from assetc.compiler.selection.select import nothing_to_build
from assetc.runtime.events import Event, StepFinished
from assetc.runtime.execute import execute
from assetc.runtime.options import ExecuteOptions
from assetc.runtime.project_work import ProjectWork

INTERRUPTED = 130


def run_command(invocation: Invocation, request: RunRequest) -> int:
    """Open, select, run."""
    opened = open_project(invocation, full_refresh=request.full_refresh)
    selected = take(opened, request.selection)
    stop_for_errors(opened, selected, request.selection)
    if request.command != "test":
        opened.stop_for(nothing_to_build(selected))
    return run_selected(opened, request, selected)


def run_selected(opened: Opened, request: RunRequest, selected: Selected) -> int:
    """Run what was selected; the code with which the process should exit."""
    with open_state(opened) as state:
        if request.dry_run and not request.changed:
            give_plan(opened, plan_of(opened, request, selected, state, None), as_json=request.as_json)
            return 0
        if not selected:
            return _nothing(opened, request)
        with open_warehouse(opened) as warehouse:
            existing = warehouse.existing()
            plan = plan_of(opened, request, selected, state, existing)
            if request.dry_run:
                give_plan(opened, plan, as_json=request.as_json)
                return 0
            options = _options(opened, request, existing)
            work = ProjectWork.of(opened.workspace, full_refresh=request.full_refresh)
            with cancelling(options.cancellation):
                events = execute(plan, work, warehouse, state, options)
                return _shown(opened, events, as_json=request.as_json)


def _nothing(opened: Opened, request: RunRequest) -> int:
    if request.as_json:
        opened.output.give_text(encoded({"status": "success", "steps": []}))
    return 0


def _options(opened: Opened, request: RunRequest, existing: tuple[Existing, ...]) -> ExecuteOptions:
    return ExecuteOptions(
        identity=identity_of(opened),
        threads=opened.workspace.project.target.threads,
        fail_fast=request.fail_fast,
        arguments=tuple(map(opened.output.masked, sys.argv[1:])),
        root_id=request.root_id,
        existing=existing,
        redact=opened.output.masked,
    )


def _shown(opened: Opened, events: Iterator[Event], *, as_json: bool) -> int:
    """Show the events as they come; at the end the results as JSON, if that is wanted."""
    workspace, progress = opened.workspace, Progress()
    finished: list[StepFinished] = []
    folder = opened.invocation.log_path or workspace.root / "logs"
    heading = Heading(workspace.project.name, workspace.project.target.name, len(workspace.graph.assets))
    with LogFile(folder / "assetc.log") as log:
        for event, after in follow(events, Audience(opened.output, log, heading, opened.text_of)):
            progress = after
            if as_json and isinstance(event, StepFinished):
                finished.append(event)
    workspace.close()
    if as_json:
        opened.output.give_text(encoded(_results(progress, finished)))
    return {"success": 0, "failed": FAILED}.get(progress.status or "", INTERRUPTED)


def _results(progress: Progress, finished: list[StepFinished]) -> Fields:
    return {
        "run_id": progress.ended.run_id if progress.ended else None,
        "status": progress.status,
        "seconds": progress.ended.seconds if progress.ended else None,
        "steps": list(map(step_json, finished)),
    }
