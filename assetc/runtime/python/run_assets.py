"""Execute definitions in this process: what `materialize()` does, by the plan and the executor of every other run."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager

from assetc.adapters.protocol import Identity
from assetc.compiler.plan import Plan
from assetc.compiler.planning.make_plan import PlanRequest, make_plan
from assetc.compiler.selection.request import Selected
from assetc.definitions.asset import AnyAsset
from assetc.definitions.errors import InvalidDefinitionError, InvalidSelectionError, ValueNotFoundError
from assetc.definitions.io_manager import IOManager
from assetc.definitions.key import AssetKey
from assetc.definitions.nearest import and_nearest
from assetc.definitions.spec import DEFAULT_IO_MANAGER_KEY
from assetc.runtime.execution.events import Event
from assetc.runtime.execution.execute import execute
from assetc.runtime.execution.options import ExecuteOptions
from assetc.runtime.execution.prepare import Prepared
from assetc.runtime.python.compile_definitions import CompiledDefinitions, compile_definitions
from assetc.runtime.python.definitions_work import DefinitionsWork
from assetc.runtime.python.pass_values import Values, load_key
from assetc.runtime.python.resources import check_requirements
from assetc.runtime.python.result import ExecuteInProcessResult
from assetc.runtime.python.step_events import step_events
from assetc.runtime.state.sqlite import State
from assetc.runtime.values.io_managers import FilesystemIOManager, InMemoryIOManager

NOWHERE = Identity("", "", "", "")
"""The target of a run without a warehouse."""


def run_assets(
    assets: tuple[AnyAsset, ...],
    given: Mapping[str, object],
    selection: tuple[AssetKey, ...] | None,
    *,
    raise_on_error: bool,
    in_memory: bool,
) -> ExecuteInProcessResult:
    """Execute the selected assets in order, all without a selection. Raises what `materialize()` promises to raise."""
    compiled = compile_definitions(assets)
    selected = _select(compiled, selection)
    plan = make_plan(compiled.graph, Selected(selected), PlanRequest("run"))
    bodies = tuple(dict.fromkeys(compiled.producers[step.makes[0].asset.key] for step in plan.steps))
    check_requirements(bodies, given)
    with _default_manager(in_memory=in_memory) as manager:
        options = ExecuteOptions(NOWHERE, threads=0, fail_fast=raise_on_error, whole_steps=True)
        resources = {DEFAULT_IO_MANAGER_KEY: manager, **given}
        values = Values(options.run_id, compiled.known, resources, logging.getLogger("assetc"))
        work = DefinitionsWork(compiled, values, options.cancellation)
        events = tuple(step_events(_execute(plan, work, options), compiled, work.seen))
    for error in work.seen.errors.values():
        if raise_on_error or not isinstance(error, Exception):
            raise error
    nodes = {output.key: (body.node_name, output.name) for body in bodies for output in body.outputs}
    success = events[-1].event_type_value == "RUN_SUCCESS"
    return ExecuteInProcessResult(success, options.run_id, events, work.seen.values, nodes)


def load_stored(assets: tuple[AnyAsset, ...], resources: Mapping[str, object], key: AssetKey) -> object:
    """The value of an asset through its IO manager. Raises ValueNotFoundError when there is none."""
    compiled = compile_definitions(assets)
    if key not in compiled.producers and key not in compiled.sources:
        near = and_nearest(str(key), map(str, [*compiled.producers, *compiled.sources]))
        raise ValueNotFoundError(f"no asset has the key {key}.{near}", code="E183")
    managers = {DEFAULT_IO_MANAGER_KEY: FilesystemIOManager(), **resources}
    return load_key(key, Values("", compiled.known, managers, logging.getLogger("assetc")))


def _execute(plan: Plan, work: DefinitionsWork, options: ExecuteOptions) -> Iterable[Event]:
    """The events of the run, which is remembered as long as it lasts."""
    prepared = Prepared(work, {}, {"": {}})
    with closing(State(None)) as state:
        return tuple(execute(plan, lambda _: prepared, state, options))


@contextmanager
def _default_manager(*, in_memory: bool) -> Iterator[IOManager]:
    """The IO manager of outputs that name none: values in memory, or in a folder that is gone afterwards."""
    if in_memory:
        yield InMemoryIOManager()
        return
    with tempfile.TemporaryDirectory(prefix="assetc-") as folder:
        yield FilesystemIOManager(folder, durable=False)


def _select(compiled: CompiledDefinitions, selection: Iterable[AssetKey] | None) -> frozenset[AssetKey]:
    """The selected keys. Raises (E115) for one that nothing makes, and for a part of what is only made whole."""
    if selection is None:
        return frozenset(compiled.producers)
    chosen = frozenset(selection)
    for key in sorted(chosen):
        if key in compiled.sources:
            raise InvalidSelectionError(f"{key} is a source: something else makes it", code="E115")
        if key not in compiled.producers:
            near = and_nearest(str(key), map(str, compiled.producers))
            raise InvalidSelectionError(f"no asset has the key {key}.{near}", code="E115")
        definition = compiled.producers[key]
        if not definition.can_subset and not definition.keys <= chosen:
            missing = ", ".join(str(other) for other in sorted(definition.keys - chosen))
            message = f"{definition.node_name} does not support subsetting: {key} is selected without {missing}"
            raise InvalidDefinitionError(message, code="E115")
    return chosen
