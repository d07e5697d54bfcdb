"""A table that is built as a whole: beside the old one, which it then replaces."""

from __future__ import annotations

from assetc.compiler.materialization.build import Build
from assetc.compiler.materialization.fill import fill
from assetc.compiler.materialization.phases import Work, carry_out
from assetc.compiler.operation import Operations, Publish


def table(build: Build) -> Operations:
    """The operations that rebuild the whole table."""
    yield from carry_out(build, whole_table(build))


def whole_table(build: Build) -> Work:
    """The work of building all rows: beside the relation, unless there is none yet."""
    if build.existing is None and build.abilities.atomic == "ddl":
        return Work(stage=fill(build, build.relation), publish=_nothing())
    return Work(stage=fill(build, build.beside), publish=_publish(build), staged=build.beside)


def _nothing() -> Operations:
    yield from ()


def _publish(build: Build) -> Operations:
    yield Publish(build.beside, build.relation, build.existing)
