"""`assetc run`."""

from __future__ import annotations

from assetc.cli.running import running

command = running("run", "Build the selected assets, after the seeds that have changed. Checks are not executed.")
