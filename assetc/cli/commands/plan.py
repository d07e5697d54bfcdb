"""`assetc plan`: what a run would do, in which order, and why."""

from __future__ import annotations

import click
from msgspec.structs import replace

from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.running import RunOptions, run_command, with_run_options
from assetc.compiler.selection.request import Command

COMMANDS: tuple[Command, ...] = ("run", "build", "seed", "test")


@command_named("plan")
@with_run_options("run")
@click.option("--for", "for_command", type=click.Choice(COMMANDS), default="run", help="The command to plan.")
def command(invocation: Invocation, options: RunOptions, for_command: Command) -> int:
    """Show what would be done, in which order, and why."""
    return run_command(invocation, replace(options, command=for_command, dry_run=True))
