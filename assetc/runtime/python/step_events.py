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
                yield steps.event("STEP_UP_FOR_RETRY", event.step, message=event.message)
            case StepFinished(part=Output()):
                yield from steps.finished(event)
            case RunFinished():
                yield StepEvent("RUN_SUCCESS" if event.status == "success" else "RUN_FAILURE")


class _Steps(Struct, frozen=True):
    """How far the steps are; `running` are the outputs of each that have not ended."""

    compiled: CompiledDefinitions
    seen: Seen
    running: dict[StepId, int] = field(default_factory=dict)
    ended: dict[PartId, StepStatus] = field(default_factory=dict)

    def event(self, event_type: str, step: Step, key: AssetKey | None = None, message: str = "") -> StepEvent:
        """An event of a step."""
        name = self.compiled.producers[step.makes[0].asset.key].node_name
        return StepEvent(event_type, name, key, message)

    def started(self, step: Step) -> Iterator[StepEvent]:
        """A step begins, and its inputs are loaded."""
        self.running[step.id] = len(step.makes)
        yield self.event("STEP_START", step)
        for _ in range(self.seen.loaded.get(step.id, 0)):
            yield self.event("LOADED_INPUT", step)
            yield self.event("STEP_INPUT", step)

    def finished(self, event: StepFinished) -> Iterator[StepEvent]:
        """An output of a step has ended."""
        step, is_last = event.step, self.running.get(event.step.id) == 1
        self.ended[event.part.id] = event.status
        if step.id not in self.running:
            yield from self._left_out(event)
            return
        self.running[step.id] -= 1
        if event.status == "success" and isinstance(event.part, Output):
            yield from self._made(step, event.part.asset.key)
        if is_last:
            yield self._ended(step)

    def _made(self, step: Step, key: AssetKey) -> Iterator[StepEvent]:
        yield self.event("STEP_OUTPUT", step, key)
        made = self.event("ASSET_MATERIALIZATION", step, key)
        yield StepEvent(made.event_type_value, made.step_key, key, materialization=self.seen.materializations[key])
        if key in self.seen.stored:
            yield self.event("HANDLED_OUTPUT", step, key)

    def _ended(self, step: Step) -> StepEvent:
        error = self.seen.errors.get(step.id)
        if error is None:
            return self.event("STEP_SUCCESS", step)
        name = self.event("STEP_FAILURE", step).step_key
        return StepEvent("STEP_FAILURE", name, message=f"{type(error).__name__}: {error}", error=error)

    def _left_out(self, event: StepFinished) -> Iterator[StepEvent]:
        """A step that never begins is skipped where what it needs was not made, and has no event after a failure."""
        is_first = event.part is event.step.makes[0]
        if is_first and all(self.ended.get(part) == "skipped" for part in event.because):
            yield self.event("STEP_SKIPPED", event.step)
