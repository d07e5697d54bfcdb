"""The checks that a step executes on its own data before readers see them."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct, field

from assetc.compiler.plan import CheckStep
from assetc.definitions.relation import Relation
from assetc.runtime.execution.events import StepFinished
from assetc.runtime.execution.work import ChecksFailed


class Inspection(Struct):
    """The checks of one step, in one attempt. What they came to is told when it is known to count."""

    gates: tuple[CheckStep, ...]
    execute: Callable[[CheckStep, Relation | None], StepFinished]
    finished: list[StepFinished] = field(default_factory=list)

    def forget(self) -> None:
        """A new attempt begins."""
        self.finished.clear()

    def inspect(self, relation: Relation | None) -> None:
        """Execute the checks against a relation, and raise ChecksFailed after all of them.

        One that cannot be executed ends the transaction in which they all are: what is after it is left out.
        """
        self.finished.clear()
        for gate in self.gates:
            self.finished.append(self.execute(gate, relation))
            if self.finished[-1].check == "error":
                break
        failed = [event.step for event in self.finished if event.status != "success"]
        if failed:
            names = tuple(step.check.id.name for step in failed if isinstance(step, CheckStep))
            raise ChecksFailed(tuple(step.id for step in failed), names)

    def passes_afterwards(self) -> bool:
        """The same for a step whose work could not stop before publication: whether all passed."""
        if self.finished:
            return True
        try:
            self.inspect(None)
        except ChecksFailed:
            return False
        return True

    def left_out(self, because: str) -> tuple[StepFinished, ...]:
        """The ends of the checks that were not executed: their step, or a check before them, did not come that far."""
        done = {event.step.id for event in self.finished}
        cause, now = (self.finished[-1].step.id if self.finished else because,), time.time()
        return tuple(
            StepFinished(now, gate, "skipped", 0.0, because=cause) for gate in self.gates if gate.id not in done
        )
