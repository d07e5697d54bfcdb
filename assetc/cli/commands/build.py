"""`assetc build`."""

from __future__ import annotations

from assetc.cli.running import running

command = running("build", "Build the selected assets and execute their checks.")
