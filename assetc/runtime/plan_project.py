"""Plans what a command does to an open project, from what was recorded and what the warehouse holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from msgspec import Struct, field

from assetc.adapters.protocol import Existing
from assetc.compiler.collector import collector_paused
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.names.file_source import covers
from assetc.compiler.operation import RelationKind
from assetc.compiler.plan import Plan
from assetc.compiler.planning.make_plan import PlanRequest, concerned, make_plan
from assetc.compiler.planning.staleness import Remembered
from assetc.compiler.selection.request import Command, Selected
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.project.file_contents import MISSING
from assetc.runtime.execution.cancellation import Cancellation
from assetc.runtime.execution.recorder import verified_checks
from assetc.runtime.state.records import new_id
from assetc.runtime.state.sqlite import State
from assetc.runtime.workspace import Workspace, identity_of


class RunRequest(Struct, frozen=True):
    """What a command asks for. `root_id` is the run that this one resumes."""

    command: Command
    selected: Selected
    changed: bool = False
    full_refresh: bool = False
    fail_fast: bool = False
    arguments: tuple[str, ...] = ()
    run_id: str = field(default_factory=new_id)
    root_id: str | None = None
    cancellation: Cancellation = field(default_factory=Cancellation)


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
    return make_plan(workspace.graph, request.selected, wanted, _remembered(workspace, request, state, existing))


def _remembered(
    workspace: Workspace, request: RunRequest, state: State, existing: tuple[Existing, ...] | None
) -> Remembered:
    """What earlier runs and the warehouse say about a project; only `build` asks which checks need not be repeated."""
    identity, wanted = identity_of(workspace), concerned(workspace.graph, request.selected)
    recorded = state.recorded(identity, wanted if len(wanted) < len(workspace.graph.assets) else None)
    results = state.check_results(identity) if request.command == "build" else {}
    return Remembered(
        recorded=recorded,
        existing=None if existing is None else _present(workspace, existing),
        verified=verified_checks(workspace.graph.checks.values(), results, recorded) if results else frozenset(),
        files=_file_versions(workspace, wanted),
    )


def _file_versions(workspace: Workspace, assets: Set[AssetKey]) -> dict[AssetKey, str]:
    """What the files hold now that these assets read."""
    graph = workspace.graph
    files = [key for key, source in graph.sources.items() if source.file]
    found = {key: workspace.file_version(key) for key in files if not assets.isdisjoint(graph.downstream[key])}
    workspace.contents.keep()
    return found


def missing_files(workspace: Workspace, plan: Plan) -> Iterator[Diagnostic]:
    """A warning for each place where what is to be made reads a file that is not there, and that nothing writes."""
    outputs = [output for step in plan.steps if not step.is_reused for output in step.makes]
    files = {key for output in outputs for key in output.files if workspace.file_version(key) == MISSING}
    written = [path for _, path in workspace.compilation.written_files]
    files = {key for key in files if not any(covers(workspace.graph.sources[key].file, path) for path in written)}
    keys = {output.asset.key for output in outputs} if files else set()
    for edge in workspace.graph.edges if files else ():
        if edge.up in files and edge.down in keys:
            path = workspace.graph.sources[edge.up].file
            hint = workspace.contents.near(path) or "Paths are relative to the folder of the project"
            yield diagnostic("W218", f"there is no file {path}", edge.span, hint=hint)


def _present(workspace: Workspace, existing: tuple[Existing, ...]) -> dict[Relation, RelationKind]:
    """The project's relations that exist, with their kinds, whatever the case in which their names are written."""
    wanted = {asset.relation for asset in workspace.graph.assets.values() if asset.relation}
    present = {found.relation: found.kind for found in existing if found.relation in wanted}
    if len(present) < len(wanted):
        kinds = {found.relation: found.kind for found in folded_names(workspace, existing)}
        missing = ((relation, workspace.adapter.folded(relation)) for relation in wanted.difference(present))
        present.update((relation, kinds[folded]) for relation, folded in missing if folded in kinds)
    return present


def folded_names(workspace: Workspace, existing: Iterable[Existing]) -> Iterator[Existing]:
    """What exists, under names that can be compared."""
    return (Existing(workspace.adapter.folded(found.relation), found.kind) for found in existing)
