"""`assetc plan`: what a run would do, in which order, and why."""

from __future__ import annotations

from dataclasses import replace

import click

from assetc.cli.invocation import Invocation
from assetc.cli.options import command_named
from assetc.cli.run_request import RunCommand, RunRequest, with_run_request
from assetc.cli.running import run_command

COMMANDS: tuple[RunCommand, ...] = ("run", "build", "seed", "test")


@command_named("plan")
@with_run_request("run")
@click.option("--for", "for_command", type=click.Choice(COMMANDS), default="run", help="The command to plan.")
def command(invocation: Invocation, request: RunRequest, for_command: RunCommand) -> int:
    """Show what would be done, in which order, and why."""
    return run_command(invocation, replace(request, command=for_command, dry_run=True))
