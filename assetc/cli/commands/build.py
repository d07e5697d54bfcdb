"""`assetc build`."""

from __future__ import annotations

from assetc.cli.invocation import Invocation
from assetc.cli.options import command_named
from assetc.cli.run_request import RunRequest, with_run_request
from assetc.cli.running import run_command


@command_named("build")
@with_run_request("build")
def command(invocation: Invocation, request: RunRequest) -> int:
    """Build the selected assets and execute their checks in place."""
    return run_command(invocation, request)
