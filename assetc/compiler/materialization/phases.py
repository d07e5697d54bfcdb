"""How hooks, staging, checks, publication and the ledger are put together: in one transaction if possible."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from assetc.compiler.config import AssetConfig, Hook
from assetc.compiler.materialization.build import Build
from assetc.compiler.operation import Atomically, Operation, Operations, RunChecks, RunSql, WriteLedger
from assetc.definitions.relation import Relation


class Work(Struct, frozen=True):
    """What one materialization does: put the data somewhere, then make them the relation's.

    `staged` is where the whole of the data stand between the two; None if they are not all in one place.
    `cleanup` must not come before the ledger.
    """

    stage: Operations
    publish: Operations
    staged: Relation | None = None
    cleanup: tuple[Operation, ...] = ()


def carry_out(build: Build, work: Work) -> Operations:
    """All operations of one build, hooks included."""
    yield from _hooks(build.config.pre_hook, inside=False)
    if build.abilities.atomic == "ddl":
        yield Atomically(_in_one_transaction(build, work))
    else:
        yield from _in_two_phases(build, work)
    yield from _hooks(build.config.post_hook, inside=False)


def hooks_alone(config: AssetConfig) -> Operations:
    """The hooks of an asset that makes no relation, in the order in which they are written."""
    for hook in (*config.pre_hook, *config.post_hook):
        if hook.sql.strip():
            yield RunSql(hook.sql, is_template=not hook.is_final)


def _in_one_transaction(build: Build, work: Work) -> Operations:
    """Nothing is seen by others and nothing is left behind before the commit, whenever the process dies."""
    yield from _hooks(build.config.pre_hook, inside=True)
    yield from work.stage
    checked = work.staged if build.abilities.checks_staged else None
    if checked is not None:
        yield RunChecks(checked)
    yield from work.publish
    yield from _hooks(build.config.post_hook, inside=True)
    if checked is None:
        yield RunChecks(build.relation)
    yield from _recorded(build, work)


def _in_two_phases(build: Build, work: Work) -> Operations:
    """Staging commits on its own; what is atomic begins when all data are staged."""
    yield from _hooks(build.config.pre_hook, inside=True)
    yield from work.stage
    if work.staged is not None:
        yield RunChecks(work.staged)
    yield Atomically(_published(build, work))


def _published(build: Build, work: Work) -> Operations:
    yield from work.publish
    yield from _hooks(build.config.post_hook, inside=True)
    yield from _recorded(build, work)


def _hooks(hooks: Iterable[Hook], *, inside: bool) -> Operations:
    for hook in hooks:
        if hook.transaction is inside and hook.sql.strip():
            yield RunSql(hook.sql, is_template=not hook.is_final)


def _recorded(build: Build, work: Work) -> Operations:
    if build.ledger is not None and not build.config.materialization.is_repeatable:
        yield WriteLedger(build.step_id, build.ledger)
    for operation in work.cleanup:  # noqa: UP028  a tuple takes no answers
        yield operation
