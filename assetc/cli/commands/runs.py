"""`assetc runs list`: the runs that are remembered."""

from __future__ import annotations

import click

from assetc.cli.invocation import Invocation
from assetc.cli.json_text import encoded
from assetc.cli.opening import open_project
from assetc.cli.options import command_named
from assetc.cli.table import table_lines
from assetc.cli.target import open_state
from assetc.cli.words import duration, timestamp
from assetc.runtime.state.records import RunFilter, RunRecord
from assetc.runtime.workspace import identity_of


@click.group("runs")
def command() -> None:
    """List runs."""


@command_named("list")
@click.option("--limit", type=click.IntRange(1), default=20, help="How many, the newest first.")
@click.option("--all-targets", is_flag=True, help="Runs of every target.")
@click.option("--json", "as_json", is_flag=True, help="Print rows of JSON.")
def _list(invocation: Invocation, limit: int, all_targets: bool, as_json: bool) -> int:  # noqa: FBT001
    """List the runs of this target, newest first."""
    opened = open_project(invocation)
    with open_state(opened) as state:
        runs = state.runs(RunFilter(identity=None if all_targets else identity_of(opened.workspace), limit=limit))
    rows = list(map(_row, runs))
    if as_json:
        opened.output.give_text(encoded(rows))
    elif rows:
        names = ("run", "command", "status", "started", "took", "target", "resumes")
        opened.output.give(table_lines(names, [tuple(row.values()) for row in rows]))
    return 0


def _row(run: RunRecord) -> dict[str, object]:
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
