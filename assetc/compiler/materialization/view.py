"""A view: created or replaced, whatever stood there before."""

from __future__ import annotations

from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.materialization.build import Build, Query
from assetc.compiler.materialization.phases import Work, carry_out
from assetc.compiler.operation import CreateView, Drop, Operations, Report


def view(build: Build) -> Operations:
    """The operations that make the relation a view of the query."""
    match build.content:
        case Query(sql):
            yield from carry_out(build, Work(stage=_nothing(), publish=_publish(build, sql)))
        case _:
            yield Report(
                diagnostic(
                    "E176",
                    f"`{build.relation.name}` cannot be a view, because its rows do not come from a query",
                    build.span,
                    hint="materialize it as a table, or as incremental",
                )
            )


def _nothing() -> Operations:
    yield from ()


def _publish(build: Build, sql: str) -> Operations:
    if build.existing == "table":
        yield Drop(build.relation, "table")
    yield CreateView(build.relation, sql)
