"""`assetc run`."""

from __future__ import annotations

from assetc.cli.invocation import Invocation
from assetc.cli.options import command_named
from assetc.cli.run_request import RunRequest, with_run_request
from assetc.cli.running import run_command


@command_named("run")
@with_run_request("run")
def command(invocation: Invocation, request: RunRequest) -> int:
    """Build the selected assets, after the seeds that have changed. Checks are not executed."""
    return run_command(invocation, request)
