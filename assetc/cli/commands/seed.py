"""`assetc seed`."""

from __future__ import annotations

from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.options.run_options import RunOptions, with_run_options
from assetc.cli.running import run_command


@command_named("seed")
@with_run_options("seed")
def command(invocation: Invocation, options: RunOptions) -> int:
    """Load the selected CSV files."""
    return run_command(invocation, options)
