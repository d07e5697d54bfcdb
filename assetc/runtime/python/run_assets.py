"""Execute wired assets in this process, one after the other: what `materialize()` does."""

from __future__ import annotations

import logging
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct, field

from assetc.compiler.graph import order, with_shared_needs
from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.errors import InvalidDefinitionError, InvalidSelectionError, InvariantError
from assetc.definitions.in_process_run import InProcessRun
from assetc.definitions.io_manager import IOManager
from assetc.definitions.key import AssetKey
from assetc.definitions.nearest import and_nearest
from assetc.definitions.output import AssetMaterialization
from assetc.definitions.spec import DEFAULT_IO_MANAGER_KEY
from assetc.runtime.python.body_context import BodyContext, Services
from assetc.runtime.python.call import call_body
from assetc.runtime.python.compile_definitions import CompiledDefinitions, compile_definitions
from assetc.runtime.python.pass_values import Surroundings, load_input, store_output
from assetc.runtime.python.produced import Produced, outputs_of
from assetc.runtime.python.requirements import check_requirements
from assetc.runtime.python.resources import Resources
from assetc.runtime.python.result import ExecuteInProcessResult, StepEvent
from assetc.runtime.python.services import service_values
from assetc.runtime.values.filesystem import FilesystemIOManager
from assetc.runtime.values.memory import InMemoryIOManager


class _Progress(Struct):
    """What has happened so far."""

    events: list[StepEvent] = field(default_factory=list)
    values: dict[tuple[str, str], object] = field(default_factory=dict)
    skipped: set[AssetKey] = field(default_factory=set)
    failed: set[AssetKey] = field(default_factory=set)
    first_error: BaseException | None = None

    def add(self, event_type: str, definition: AssetsDefinition, key: AssetKey | None = None) -> None:
        """Record an event of a step."""
        self.events.append(StepEvent(event_type, definition.node_name, key))


def run_assets(run: InProcessRun) -> ExecuteInProcessResult:
    """Execute the selected assets in order. Raises what `materialize()` promises to raise."""
    compiled = compile_definitions(run.assets)
    selected = _select(compiled, run.selection)
    ordered = order(with_shared_needs(compiled.graph, compiled.producers), selected)
    steps = tuple(dict.fromkeys(compiled.producers[key] for key in ordered))
    check_requirements(steps, run.resources)
    with _default_manager(run) as manager:
        resources = {DEFAULT_IO_MANAGER_KEY: manager, **run.resources}
        around = Surroundings(str(uuid.uuid4()), compiled, resources, logging.getLogger("assetc"))
        progress = _run_steps(steps, selected, around)
    if progress.first_error and run.raise_on_error:
        raise progress.first_error
    node_of_key = {
        output.key: (definition.node_name, output.name) for definition in steps for output in definition.outputs
    }
    success = progress.first_error is None
    return ExecuteInProcessResult(success, around.run_id, tuple(progress.events), progress.values, node_of_key)


@contextmanager
def _default_manager(run: InProcessRun) -> Iterator[IOManager]:
    """The IO manager of outputs that name none: values in memory, or in a folder that is gone afterwards."""
    if run.in_memory:
        yield InMemoryIOManager()
        return
    with tempfile.TemporaryDirectory(prefix="assetc-") as folder:
        yield FilesystemIOManager(folder, durable=False)


def _select(compiled: CompiledDefinitions, selection: Iterable[AssetKey] | None) -> frozenset[AssetKey]:
    """The selected keys.

    Raises InvalidSelectionError (E115) for one that nothing here can make, InvalidDefinitionError for a part of
    what a body can only make whole.
    """
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


def _run_steps(steps: Iterable[AssetsDefinition], selected: frozenset[AssetKey], around: Surroundings) -> _Progress:
    progress = _Progress()
    progress.events.append(StepEvent("RUN_START"))
    upstream = around.compiled.graph.upstream
    for definition in steps:
        needs = {up for key in definition.keys for up in upstream[key]} - definition.keys
        if needs & progress.failed:
            progress.failed |= definition.keys
        elif needs & progress.skipped:
            progress.skipped |= definition.keys
            progress.add("STEP_SKIPPED", definition)
        else:
            _run_step(definition, definition.keys & selected, around, progress)
    progress.events.append(StepEvent("RUN_FAILURE" if progress.first_error else "RUN_SUCCESS"))
    return progress


def _run_step(
    definition: AssetsDefinition, wanted: frozenset[AssetKey], around: Surroundings, progress: _Progress
) -> None:
    made: set[AssetKey] = set()
    progress.add("STEP_START", definition)
    try:
        values = _load_inputs(definition, around, progress)
        services = Services(around.run_id, around.log, Resources(around.resources))
        context = BodyContext(definition, wanted, services)
        for produced in outputs_of(definition, _call(definition, values, context), wanted):
            _store(context.complete(produced), definition, around, progress)
            made.add(produced.output.key)
    except Exception as error:  # a body may raise anything
        progress.events.append(
            StepEvent("STEP_FAILURE", definition.node_name, message=f"{type(error).__name__}: {error}", error=error)
        )
        progress.failed |= definition.keys
        progress.first_error = progress.first_error or error
        return
    progress.skipped |= wanted - made
    progress.add("STEP_SUCCESS", definition)


def _call(definition: AssetsDefinition, values: Mapping[str, object], context: BodyContext) -> object:
    if definition.sql is not None:
        raise InvariantError(f"{definition.key} is a query, and this run has no warehouse", code="E185")
    services = service_values(definition.signature, values, context)
    return call_body(definition.body, definition.signature, {**services, **values})


def _load_inputs(definition: AssetsDefinition, around: Surroundings, progress: _Progress) -> dict[str, object]:
    values: dict[str, object] = {}
    received = around.compiled.inputs_of(definition)
    for item in definition.inputs:
        name = item.parameter.name
        if name in received:
            values[name] = load_input(item, received[name], around)
            progress.add("LOADED_INPUT", definition)
            progress.add("STEP_INPUT", definition)
    return values


def _store(produced: Produced, definition: AssetsDefinition, around: Surroundings, progress: _Progress) -> None:
    output = produced.output
    progress.values[definition.node_name, output.name] = produced.value
    progress.add("STEP_OUTPUT", definition, output.key)
    metadata = {**produced.metadata, **store_output(produced, definition, around)}
    record = AssetMaterialization.of(output.key, metadata, produced.tags, produced.data_version)
    progress.events.append(StepEvent("ASSET_MATERIALIZATION", definition.node_name, output.key, materialization=record))
    if produced.stores_value:
        progress.add("HANDLED_OUTPUT", definition, output.key)
