"""The checks that a step executes on an output before readers see it."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct, field

from assetc.compiler.plan import ExecuteCheck, Step
from assetc.definitions.relation import Relation
from assetc.runtime.execution.events import StepFinished
from assetc.runtime.execution.work import ChecksFailed


class Inspection(Struct):
    """The checks of one output, in one attempt. What they came to is reported when it is known to count."""

    gates: tuple[Step, ...]
    execute: Callable[[Step, Relation | None], StepFinished]
    finished: list[StepFinished] = field(default_factory=list)

    def forget(self) -> None:
        """A new attempt begins."""
        self.finished.clear()

    def inspect(self, relation: Relation | None) -> None:
        """Execute the checks, until one cannot be, which ends their transaction. Raises ChecksFailed after all."""
        self.finished.clear()
        for gate in self.gates:
            self.finished.append(self.execute(gate, relation))
            if self.finished[-1].check == "error":
                break
        failed = [event.part for event in self.finished if event.status != "success"]
        if failed:
            names = tuple(part.check.id.name for part in failed if isinstance(part, ExecuteCheck))
            raise ChecksFailed(tuple(part.id for part in failed), names)

    def passes_afterwards(self) -> bool:
        """The same for an output whose work could not stop before publication: whether all passed."""
        if self.finished:
            return True
        try:
            self.inspect(None)
        except ChecksFailed:
            return False
        return True

    def left_out(self, because: str) -> tuple[StepFinished, ...]:
        """The ends of the checks that were not executed: their output or a check before them failed first."""
        done = {event.part.id for event in self.finished}
        cause, now = (self.finished[-1].part.id if self.finished else because,), time.time()
        return tuple(
            StepFinished(now, gate, gate.parts[0], "skipped", 0.0, because=cause)
            for gate in self.gates
            if gate.id not in done
        )
