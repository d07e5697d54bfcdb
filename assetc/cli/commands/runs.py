"""`assetc runs`: the runs that are remembered, and what became of the steps of one."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import click

from assetc.cli.opening import open_project
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.stop import BAD_INPUT
from assetc.cli.target import open_state
from assetc.cli.text.output import Fields
from assetc.cli.text.table import give_listing
from assetc.cli.text.words import duration, moment, timestamp
from assetc.compiler.diagnostic import diagnostic
from assetc.runtime.state.records import RunFilter, RunRecord, StepRecord
from assetc.runtime.workspace import identity_of

MOST_RUNS = 10_000
SHOWN = ("run", "command", "status", "started", "took", "resumes", "target")


@click.group("runs")
def command() -> None:
    """List runs, or show one."""


@command_named("list")
@click.option("--limit", type=click.IntRange(1), default=20, help="How many, the newest first.")
@click.option("--all-targets", is_flag=True, help="Runs of every target.")
@click.option("--json", "as_json", is_flag=True, help="Print rows of JSON.")
def _list(invocation: Invocation, limit: int, all_targets: bool, as_json: bool) -> int:
    """List the runs of this target, newest first."""
    opened = open_project(invocation)
    with open_state(opened) as state:
        runs = state.runs(RunFilter(identity=None if all_targets else identity_of(opened.workspace), limit=limit))
    rows = list(map(_row, runs))
    if as_json:
        opened.output.give_json(rows)
    elif rows:
        names = SHOWN if all_targets else tuple(name for name in SHOWN if name != "target")
        give_listing(opened.output, names, [_shown(row, names) for row in rows])
    return 0


@command_named("show")
@click.argument("run", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def _show(invocation: Invocation, run: str | None, as_json: bool) -> int:
    """Show what a run executed (the last one, unless another is named), in the order in which it began."""
    opened = open_project(invocation)
    with open_state(opened) as state:
        found = _find_run(state.runs(RunFilter(limit=MOST_RUNS)), run)
        steps = list(state.steps(found.id)) if found else []
    if found is None:
        message = f"no run is remembered as {run!r}" if run else "no run is remembered"
        opened.say([diagnostic("E115", message, hint="assetc runs list shows what there is")])
        return BAD_INPUT
    steps.sort(key=lambda step: inf if step.started_at is None else step.started_at)
    rows = list(map(_step_row, steps))
    if as_json:
        opened.output.give_json({**_row(found), "steps": rows})
    else:
        names = ("step", "asset", "status", "took", "attempts", "message")
        give_listing(opened.output, names, [tuple(row.values()) for row in rows])
    return 0


def _find_run(runs: Sequence[RunRecord], written: str | None) -> RunRecord | None:
    """The run of an id or of its beginning; without one the last."""
    return next((run for run in runs if run.id.startswith(written or "")), None)


def _step_row(step: StepRecord) -> Fields:
    return {
        "step": step.name,
        "asset": str(step.key) if step.key else None,
        "status": step.status,
        "took": duration(step.seconds) if step.seconds is not None else None,
        "attempts": step.attempts,
        "message": step.message,
    }


def _shown(row: Fields, names: Sequence[str]) -> tuple[object, ...]:
    return tuple(moment(str(row[name])) if name == "started" else row[name] for name in names)


def _row(run: RunRecord) -> Fields:
    return {
        "run": run.id,
        "command": run.command,
        "status": run.status,
        "started": timestamp(run.started_at),
        "took": duration(run.finished_at - run.started_at) if run.finished_at is not None else None,
        "target": str(run.identity),
        "resumes": run.root_id if run.root_id != run.id else None,
    }


command.add_command(_list)
command.add_command(_show)
