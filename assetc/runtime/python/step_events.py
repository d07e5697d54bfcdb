"""The events of a run in the words of Dagster's Python API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from assetc.compiler.plan import Output, PartId, Step, StepId
from assetc.definitions.key import AssetKey
from assetc.runtime.execution.events import (
    Event,
    RunFinished,
    RunStarted,
    StepFinished,
    StepRetried,
    StepStarted,
    StepStatus,
)
from assetc.runtime.python.compile_definitions import CompiledDefinitions
from assetc.runtime.python.definitions_work import Seen
from assetc.runtime.python.result import StepEvent


def step_events(events: Iterable[Event], compiled: CompiledDefinitions, seen: Seen) -> Iterator[StepEvent]:
    """What happened, in order; `seen` has what the events themselves leave out."""
    steps = _Steps(compiled, seen)
    for event in events:
        match event:
            case RunStarted():
                yield StepEvent("RUN_START")
            case StepStarted():
                yield from steps.started(event.step)
            case StepRetried():
                yield StepEvent("STEP_UP_FOR_RETRY", steps.name(event.step), message=event.message)
            case StepFinished(part=Output() as output):
                yield from steps.finished(event, output)
            case RunFinished():
                yield StepEvent("RUN_SUCCESS" if event.status == "success" else "RUN_FAILURE")


class _Steps(Struct, frozen=True):
    """How far the steps are; `running` are the outputs of each that have not ended."""

    compiled: CompiledDefinitions
    seen: Seen
    running: dict[StepId, int] = field(default_factory=dict)
    ended: dict[PartId, StepStatus] = field(default_factory=dict)

    def name(self, step: Step) -> str:
        """The name of a step's body."""
        return self.compiled.producers[step.makes[0].asset.key].node_name

    def started(self, step: Step) -> Iterator[StepEvent]:
        """A step begins, and its inputs are loaded."""
        name, self.running[step.id] = self.name(step), len(step.makes)
        yield StepEvent("STEP_START", name)
        for _ in range(self.seen.loaded.get(step.id, 0)):
            yield StepEvent("LOADED_INPUT", name)
            yield StepEvent("STEP_INPUT", name)

    def finished(self, event: StepFinished, output: Output) -> Iterator[StepEvent]:
        """An output of a step has ended. One that never began is skipped, unless what it needs failed."""
        step, name = event.step, self.name(event.step)
        self.ended[output.id] = event.status
        if step.id not in self.running:
            if output is step.makes[0] and all(self.ended.get(part) == "skipped" for part in event.because):
                yield StepEvent("STEP_SKIPPED", name)
            return
        if event.status == "success":
            yield from self._made(name, output.asset.key)
        self.running[step.id] -= 1
        error = self.seen.errors.get(step.id)
        if self.running[step.id] == 0 and error is not None:
            yield StepEvent("STEP_FAILURE", name, message=f"{type(error).__name__}: {error}", error=error)
        elif self.running[step.id] == 0:
            yield StepEvent("STEP_SUCCESS", name)

    def _made(self, name: str, key: AssetKey) -> Iterator[StepEvent]:
        yield StepEvent("STEP_OUTPUT", name, key)
        yield StepEvent("ASSET_MATERIALIZATION", name, key, materialization=self.seen.materializations[key])
        if key in self.seen.stored:
            yield StepEvent("HANDLED_OUTPUT", name, key)
