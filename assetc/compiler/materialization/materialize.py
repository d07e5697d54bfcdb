"""The built-in materializations by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from assetc.compiler.materialization.build import Build
from assetc.compiler.materialization.ephemeral import ephemeral
from assetc.compiler.materialization.incremental import incremental
from assetc.compiler.materialization.known import unknown_materialization
from assetc.compiler.materialization.table import table
from assetc.compiler.materialization.view import view
from assetc.compiler.operation import Operations, Report

MATERIALIZATIONS: Mapping[str, Callable[[Build], Operations]] = MappingProxyType(
    {"view": view, "table": table, "incremental": incremental, "ephemeral": ephemeral, "seed": table}
)
"""A seed is a table whose content is a CSV file."""


def materialize(build: Build) -> Operations:
    """The operations that bring one asset up to date in the warehouse."""
    name = build.config.materialized
    if name not in MATERIALIZATIONS:
        for problem in unknown_materialization(name, build.place("materialized")):
            yield Report(problem)
        return
    yield from MATERIALIZATIONS[name](build)
