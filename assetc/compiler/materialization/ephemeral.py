"""An ephemeral model: its query is written into its readers, so nothing is done for it."""

from __future__ import annotations

from assetc.compiler.materialization.build import Build
from assetc.compiler.operation import Operations


def ephemeral(build: Build) -> Operations:
    """No operations."""
    yield from ()
