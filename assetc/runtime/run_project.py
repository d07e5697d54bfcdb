"""Runs an open project: what the commands `run`, `build`, `seed`, `test` and `retry` share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from msgspec import Struct

from assetc.adapters.protocol import Existing, Holder, Warehouse
from assetc.compiler.collector import collector_paused
from assetc.compiler.plan import Plan, Step
from assetc.runtime.catalogue import connected
from assetc.runtime.connections import Connections
from assetc.runtime.execution.events import Event
from assetc.runtime.execution.execute import execute
from assetc.runtime.execution.options import ExecuteOptions
from assetc.runtime.execution.prepare import Prepared, prepare
from assetc.runtime.lock import Wait, hold, wait_for
from assetc.runtime.plan_project import RunRequest, folded_names, plan_project
from assetc.runtime.redact import redactor
from assetc.runtime.resume import Remaining, find_in_ledger, recover, remaining, unfinished_runs
from assetc.runtime.state.records import RunRecord
from assetc.runtime.state.sqlite import State
from assetc.runtime.workspace import Workspace, identity_of

LONGEST_WAIT = 600.0
"""Seconds that a run waits for another one on the same target."""


def open_state(workspace: Workspace) -> State:
    """Where the runs of a project are remembered. Raises StateError."""
    return State(state_path(workspace.root))


def state_path(root: Path) -> Path:
    """The file of a project's state."""
    return root / ".assetc" / "state.sqlite"


class HeldTarget(Struct, frozen=True):
    """The target of a project while this process alone may run on it; what earlier runs did there is recorded."""

    workspace: Workspace
    state: State
    warehouses: Connections
    existing: tuple[Existing, ...]

    def plan(self, request: RunRequest) -> Plan:
        """What would be done."""
        return plan_project(self.workspace, request, self.state, self.existing)

    def left_of(self, run: RunRecord) -> Remaining:
        """What an earlier run left to do; a request for that, with the run's `root_id`, goes on with it."""
        return remaining(run, self.workspace.graph, self.state)

    def run(self, request: RunRequest, plan: Plan) -> Iterator[Event]:
        """Execute a plan; everything is recorded when the iterator is at its end. Raises WarehouseError, StateError."""
        options = ExecuteOptions(
            identity=identity_of(self.workspace),
            threads=self.workspace.project.target.threads,
            fail_fast=request.fail_fast,
            arguments=request.arguments,
            run_id=request.run_id,
            root_id=request.root_id,
            cancellation=request.cancellation,
            redact=redactor(self.workspace.secrets),
            file_version=self.workspace.file_version,
        )
        yield from execute(plan, self._prepare, self.state, options)
        self.workspace.contents.keep()

    @collector_paused()
    def _prepare(self, steps: tuple[Step, ...]) -> Prepared:
        from assetc.runtime.steps.project_work import ProjectWork

        work = ProjectWork.of(self.workspace, steps)
        self.warehouses[self.workspace.project.target.name].create_schemas(work.tables.ledgers())
        existing = {self.workspace.project.target.name: folded_names(self.workspace, self.existing)}
        return prepare(self.warehouses, existing, work, steps)


def _ignore(_: Holder | None) -> None:
    """What is done while a run waits, if nothing else is asked for."""


@contextmanager
def hold_target(workspace: Workspace, on_wait: Callable[[Holder | None], None] = _ignore) -> Iterator[HeldTarget]:
    """The target of a project, for one run at a time. Raises WarehouseError, StateError, TargetHeld after a while."""
    wait = Wait(identity_of(workspace), LONGEST_WAIT, on_wait)
    alone = hold(workspace.root / ".assetc", wait)
    with closing(open_state(workspace)) as state, alone, connected(workspace) as warehouse:
        wait_for(warehouse.claim, warehouse.holder, wait)
        existing = warehouse.existing()
        _learn(workspace, state, warehouse, existing)
        with closing(Connections({workspace.project.target.name: warehouse}, {})) as warehouses:
            yield HeldTarget(workspace, state, warehouses, existing)


def _learn(workspace: Workspace, state: State, warehouse: Warehouse, existing: tuple[Existing, ...]) -> None:
    """Record the steps that the ledger holds of runs that never ended."""
    identity = identity_of(workspace)
    if not unfinished_runs(state, identity):
        return
    from assetc.runtime.compiled_sql import SqlCompiler
    from assetc.runtime.steps.tables import Tables

    folded = workspace.adapter.folded
    present = {folded(each.relation) for each in existing}
    tables = Tables(SqlCompiler.of(workspace))
    ledgers = [ledger for ledger in tables.ledgers() if folded(ledger) in present]
    with closing(warehouse.session()) as session:
        recover(workspace.graph, state, identity, partial(find_in_ledger, workspace.adapter, session, ledgers))
