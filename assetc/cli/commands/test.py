"""`assetc test`."""

from __future__ import annotations

from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.options.run_options import RunOptions, with_run_options
from assetc.cli.running import run_command


@command_named("test")
@with_run_options("test")
def command(invocation: Invocation, options: RunOptions) -> int:
    """Execute the selected checks."""
    return run_command(invocation, options)
