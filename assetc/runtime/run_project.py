"""Plans and runs an open project: what the commands `plan`, `run`, `build`, `seed`, `test` and `retry` share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

from msgspec import Struct, field

from assetc.adapters.protocol import Existing, Warehouse
from assetc.compiler.collector import collector_paused
from assetc.compiler.operation import RelationKind
from assetc.compiler.plan import Plan, RunBody, Step
from assetc.compiler.planning.make_plan import Command, PlanRequest, Remembered, make_plan
from assetc.compiler.selection.request import Selected
from assetc.definitions.relation import Relation
from assetc.runtime.catalogue import connected
from assetc.runtime.execution.cancellation import Cancellation
from assetc.runtime.execution.events import Event
from assetc.runtime.execution.execute import execute
from assetc.runtime.execution.options import ExecuteOptions
from assetc.runtime.execution.prepare import Prepared, prepare_on
from assetc.runtime.execution.recorder import verified_checks
from assetc.runtime.identifiers import new_id
from assetc.runtime.lock import Holder, hold
from assetc.runtime.recovering import learn_from_ledger
from assetc.runtime.redact import redactor
from assetc.runtime.state.protocol import State
from assetc.runtime.state.sqlite import SqliteState
from assetc.runtime.workspace import Workspace, identity_of


class RunRequest(Struct, frozen=True):
    """What a command asks for. `root_id` is the run that this one resumes."""

    command: Command
    selected: Selected
    changed: bool = False
    full_refresh: bool = False
    threads: int | None = None
    fail_fast: bool = False
    arguments: tuple[str, ...] = ()
    run_id: str = field(default_factory=new_id)
    root_id: str | None = None
    cancellation: Cancellation = field(default_factory=Cancellation)


def open_state(workspace: Workspace) -> State:
    """Where the runs of a project are remembered."""
    return SqliteState(state_path(workspace.root))


def state_path(root: Path) -> Path:
    """The file of a project's state."""
    return root / ".assetc" / "state.sqlite"


LONGEST_WAIT = 600.0
"""Seconds that a run waits for another one on the same target."""


def _say_nothing(_: Holder | None) -> None:
    """What happens where nobody wants to hear of the wait."""


def held(workspace: Workspace, on_wait: Callable[[Holder | None], None] = _say_nothing) -> AbstractContextManager[None]:
    """The right to run on the target: one process has it at a time. Raises TargetHeld."""
    return hold(workspace.root / ".assetc", identity_of(workspace), LONGEST_WAIT, on_wait)


@collector_paused()
def plan_project(
    workspace: Workspace, request: RunRequest, state: State, existing: tuple[Existing, ...] | None
) -> Plan:
    """The plan of a command. `existing` None: the warehouse was not asked, what was recorded is believed."""
    rules = workspace.project.rules
    wanted = PlanRequest(
        command=request.command,
        connection=workspace.project.target.name,
        changed=request.changed,
        full_refresh=request.full_refresh,
        seeds="changed" if rules.loads_seeds else "none",
        publish=rules.publish,
    )
    return make_plan(
        workspace.graph, request.selected, wanted, _remembered(workspace, request.command, state, existing)
    )


def _remembered(
    workspace: Workspace, command: Command, state: State, existing: tuple[Existing, ...] | None
) -> Remembered:
    """What earlier runs and the warehouse tell about a project; only `build` asks which checks need not be repeated."""
    identity = identity_of(workspace)
    recorded = state.recorded(identity)
    results = state.check_results(identity) if command == "build" else {}
    return Remembered(
        recorded=recorded,
        existing=None if existing is None else _present(workspace, existing),
        verified=verified_checks(workspace.graph.checks.values(), results, recorded) if results else frozenset(),
    )


def _present(workspace: Workspace, existing: tuple[Existing, ...]) -> dict[Relation, RelationKind]:
    """The project's relations that exist, with their kinds, whatever the case in which their names are written."""
    wanted = {asset.relation for asset in workspace.graph.assets.values() if asset.relation}
    present = {found.relation: found.kind for found in existing if found.relation in wanted}
    if len(present) < len(wanted):
        kinds = {found.relation: found.kind for found in _folded(workspace, existing)}
        missing = ((relation, workspace.adapter.folded(relation)) for relation in wanted.difference(present))
        present.update((relation, kinds[folded]) for relation, folded in missing if folded in kinds)
    return present


def run_project(workspace: Workspace, request: RunRequest) -> Iterator[Event]:
    """Plan and execute; everything is recorded when the iterator is at its end.

    Raises WarehouseError when the target cannot be opened, TargetHeld when another run goes on for too long, and
    StateError.
    """
    with held(workspace), closing(open_state(workspace)) as state, connected(workspace) as warehouse:
        existing = warehouse.existing()
        learn_from_ledger(workspace, state, warehouse, existing)
        plan = plan_project(workspace, request, state, existing)
        yield from run_plan(workspace, request, plan, state, warehouse, existing)


def run_plan(
    workspace: Workspace,
    request: RunRequest,
    plan: Plan,
    state: State,
    warehouse: Warehouse,
    existing: tuple[Existing, ...],
) -> Iterator[Event]:
    """Execute a plan on an open target."""
    options = ExecuteOptions(
        identity=identity_of(workspace),
        threads=request.threads or workspace.project.target.threads,
        fail_fast=request.fail_fast,
        arguments=request.arguments,
        run_id=request.run_id,
        root_id=request.root_id,
        cancellation=request.cancellation,
        redact=redactor(workspace.secrets),
    )

    @collector_paused()
    def prepare(steps: tuple[Step, ...]) -> Prepared:
        from assetc.runtime.steps.project_work import ProjectWork  # renders and executes: nothing to do, no import

        has_bodies = any(isinstance(step.work, RunBody) for step in steps)
        work = ProjectWork.of(workspace, has_bodies=has_bodies)
        warehouse.create_schemas(work.tables.ledgers())
        connection, held_now = workspace.project.target.name, _folded(workspace, existing)
        return prepare_on(connection, warehouse, held_now, work, steps)

    yield from execute(plan, prepare, state, options)


def _folded(workspace: Workspace, existing: Iterable[Existing]) -> Iterator[Existing]:
    """What exists, under names that can be compared."""
    return (Existing(workspace.adapter.folded(found.relation), found.kind) for found in existing)
