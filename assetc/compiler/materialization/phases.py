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
    yield from _hooks("pre-hook", build.config.pre_hook, inside=False)
    if build.abilities.atomic == "ddl":
        yield Atomically(_in_one_transaction(build, work))
    else:
        yield from _in_two_phases(build, work)
    yield from _hooks("post-hook", build.config.post_hook, inside=False)


def hooks_alone(config: AssetConfig) -> Operations:
    """The hooks of an asset that makes no relation, in the order in which they are written."""
    yield from _hooks("pre-hook", config.pre_hook, inside=None)
    yield from _hooks("post-hook", config.post_hook, inside=None)


def _in_one_transaction(build: Build, work: Work) -> Operations:
    """Nothing is seen by others and nothing is left behind before the commit, whenever the process dies."""
    yield from _hooks("pre-hook", build.config.pre_hook, inside=True)
    yield from work.stage
    if build.abilities.checks_staged and work.staged is not None:
        yield RunChecks(work.staged)
        yield from _published(build, work)
    else:
        yield from _published(build, work, RunChecks(build.relation))


def _in_two_phases(build: Build, work: Work) -> Operations:
    """Staging commits on its own; what is atomic begins when all data are staged."""
    yield from _hooks("pre-hook", build.config.pre_hook, inside=True)
    yield from work.stage
    if work.staged is not None:
        yield RunChecks(work.staged)
    yield Atomically(_published(build, work))


def _published(build: Build, work: Work, *last: Operation) -> Operations:
    yield from work.publish
    yield from _hooks("post-hook", build.config.post_hook, inside=True)
    for operation in last:
        yield operation
    if build.ledger is not None and not build.config.materialization.is_repeatable:
        yield WriteLedger(build.step_id, build.ledger)
    for operation in work.cleanup:
        yield operation


def _hooks(title: str, hooks: Iterable[Hook], *, inside: bool | None) -> Operations:
    for hook in hooks:
        if inside in (hook.transaction, None) and hook.sql.strip():
            is_of_script = hook.before_query is not None
            yield RunSql(hook.sql, "" if is_of_script else title, hook.span, hook.before_query)
