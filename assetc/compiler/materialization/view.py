"""A view: created or replaced, whatever was there before."""

from __future__ import annotations

from assetc.compiler.materialization.build import Build, Query
from assetc.compiler.materialization.known import without_query
from assetc.compiler.materialization.phases import Work, carry_out
from assetc.compiler.operation import CreateView, Operations, Report


def view(build: Build) -> Operations:
    """The operations that make the relation a view of the query."""
    match build.content:
        case Query(sql):
            yield from carry_out(build, Work(stage=_nothing(), publish=_publish(build, sql)))
        case _:
            yield Report(without_query("view", f"`{build.relation.name}`", build.span))


def _nothing() -> Operations:
    yield from ()


def _publish(build: Build, sql: str) -> Operations:
    yield CreateView(build.relation, sql, build.existing)
