"""`assetc test`."""

from __future__ import annotations

from assetc.cli.running import running

command = running("test", "Execute the selected checks.")
