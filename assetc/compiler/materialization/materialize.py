"""The built-in materializations: what each does to bring an asset up to date in the warehouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from assetc.compiler.materialization.build import Build, Query
from assetc.compiler.materialization.fill import fill
from assetc.compiler.materialization.known import unknown_materialization, without_query
from assetc.compiler.materialization.phases import Work, carry_out
from assetc.compiler.materialization.settle_types import Sides, settle_types
from assetc.compiler.materialization.strategy import align, strategy_problem, unknown_policy, write_rows
from assetc.compiler.materialization.unique_key import check_first_key, check_key
from assetc.compiler.operation import CreateView, Describe, Drop, Operation, Operations, Publish, Report
from assetc.definitions.relation import Relation


def view(build: Build) -> Operations:
    """The operations that make the relation a view of the query."""
    if isinstance(build.content, Query):
        create = CreateView(build.relation, build.content.sql, build.existing)
        yield from carry_out(build, Work(stage=_only(), publish=_only(create)))
    else:
        yield Report(without_query("view", f"`{build.relation.name}`", build.span))


def table(build: Build) -> Operations:
    """The operations that build all rows: beside the relation, unless there is none yet."""
    if build.existing is None and build.abilities.atomic == "ddl":
        yield from carry_out(build, Work(stage=_all_rows(build, build.relation), publish=_only()))
    else:
        publish = _only(Publish(build.beside, build.relation, build.existing))
        yield from carry_out(build, Work(stage=_all_rows(build, build.beside), publish=publish, staged=build.beside))


def _all_rows(build: Build, relation: Relation) -> Operations:
    yield from fill(build, relation)
    if build.config.materialization.adds_rows:
        yield from check_first_key(build, relation)


def incremental(build: Build) -> Operations:
    """Bring in new rows, or build all; both are in the ledger: repeated, a query might add the same rows again."""
    for fault in (unknown_policy(build), strategy_problem(build)):
        if fault is not None:
            yield Report(fault)
    if build.rebuilds:
        yield from table(build)
        return
    cleanup = (Drop(build.temporary, "table"),)
    work = Work(fill(build, build.temporary), _write_new_rows(build), cleanup=cleanup)
    yield from carry_out(build, work)


def _write_new_rows(build: Build) -> Operations:
    queried = yield Describe(build.temporary)
    held = yield Describe(build.relation)
    yield from check_key(build, build.temporary, queried)
    sides = yield from settle_types(build, Sides(queried, held))
    alignment = align(build, sides.queried, sides.held)
    if alignment.problem is not None:  # the executor ends the step at the report of an error: nothing else is reached
        yield Report(alignment.problem)
    if alignment.alteration is not None:
        yield alignment.alteration
    yield write_rows(build, alignment.columns)


def ephemeral(build: Build) -> Operations:
    """No operations: the query is written into its readers."""
    yield from ()


def _only(*operations: Operation) -> Operations:
    for operation in operations:  # noqa: UP028  a tuple takes no answers
        yield operation


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
