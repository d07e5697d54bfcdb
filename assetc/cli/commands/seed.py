"""`assetc seed`."""

from __future__ import annotations

from assetc.cli.running import running

command = running("seed", "Load the selected CSV files.")
