"""`assetc seed`."""

from __future__ import annotations

from assetc.cli.invocation import Invocation
from assetc.cli.options import command_named
from assetc.cli.run_request import RunRequest, with_run_request
from assetc.cli.running import run_command


@command_named("seed")
@with_run_request("seed")
def command(invocation: Invocation, request: RunRequest) -> int:
    """Load the selected CSV files."""
    return run_command(invocation, request)
