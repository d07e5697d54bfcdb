"""A table to which new rows are added, or in which they take the place of old ones."""

from __future__ import annotations

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.materialization.build import Build
from assetc.compiler.materialization.fill import fill
from assetc.compiler.materialization.phases import Work, carry_out
from assetc.compiler.materialization.schema_change import align, unknown_policy
from assetc.compiler.materialization.strategy import key_problem, strategy_problem, write_rows
from assetc.compiler.materialization.table import whole_table
from assetc.compiler.operation import Describe, Drop, Operations, Report


def incremental(build: Build) -> Operations:
    """The operations that bring in new rows, or build all rows if there is no table yet or all are asked for.

    Both are recorded in the ledger: repeated after a first build, the query might add the same rows.
    """
    for fault in (unknown_policy(build), strategy_problem(build)):
        if fault is not None:
            yield Report(fault)
    if build.rebuilds:
        yield from carry_out(build, whole_table(build))
        return
    cleanup = (Drop(build.temporary, "table"),)
    work = Work(fill(build, build.temporary), _write_new_rows(build), cleanup=cleanup)
    yield from carry_out(build, work)


def _write_new_rows(build: Build) -> Operations:
    queried = yield Describe(build.temporary)
    held = yield Describe(build.relation)
    yield from _stop_for(key_problem(build, queried))
    alignment = align(build, queried, held)
    yield from _stop_for(alignment.problem)
    if alignment.alteration is not None:
        yield alignment.alteration
    yield write_rows(build, alignment.columns)


def _stop_for(problem: Diagnostic | None) -> Operations:
    """The executor ends the step at the report of an error, so nothing after it is reached."""
    if problem is not None:
        yield Report(problem)
