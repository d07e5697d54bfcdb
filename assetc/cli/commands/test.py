"""`assetc test`."""

from __future__ import annotations

from assetc.cli.invocation import Invocation
from assetc.cli.options import command_named
from assetc.cli.run_request import RunRequest, with_run_request
from assetc.cli.running import run_command


@command_named("test")
@with_run_request("test")
def command(invocation: Invocation, request: RunRequest) -> int:
    """Execute the selected checks."""
    return run_command(invocation, request)
