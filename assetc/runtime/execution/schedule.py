"""Which step is next: a pure bookkeeping of what is ready, what waits, and what cannot run any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush

from assetc.compiler.plan import PartId, Step, StepId

UNKNOWN_SECONDS = 1.0


class Schedule:
    """The steps to execute: those with the longest way ahead first, without `usual` as planned. It takes no lock."""

    def __init__(self, steps: Sequence[Step], usual: Mapping[PartId, float] | None) -> None:
        self._steps = {step.id: step for step in steps}
        self._below: dict[PartId, list[StepId]] = {part.id: [] for step in steps for part in step.parts}
        self._waiting: dict[StepId, int] = {}
        for step in steps:
            above = [up for up in step.after if up in self._below]
            self._waiting[step.id] = len(above)
            for up in above:
                self._below[up].append(step.id)
        urgency = dict.fromkeys(self._steps, 0.0) if usual is None else self._ways_ahead(usual)
        self._rank = {step.id: (-urgency[step.id], place) for place, step in enumerate(steps)}
        self._ready: list[tuple[tuple[float, int], StepId]] = []
        self._pending = set(self._steps)
        self._running: set[StepId] = set()
        self._release(step_id for step_id, count in self._waiting.items() if count == 0)

    @property
    def is_over(self) -> bool:
        """Whether nothing runs and nothing will."""
        return not self._pending and not self._running

    @property
    def ready(self) -> int:
        """How many steps could run now."""
        return len(self._ready)

    def running(self) -> tuple[Step, ...]:
        """The steps that run now, in the plan's order."""
        return tuple(step for step_id, step in self._steps.items() if step_id in self._running)

    def start_next(self) -> Step | None:
        """The step that should run now, which runs from here on; None if there is none at the moment."""
        while self._ready:
            _, step_id = heappop(self._ready)
            if step_id in self._pending:
                self._pending.remove(step_id)
                self._running.add(step_id)
                return self._steps[step_id]
        return None

    def succeed(self, part: PartId) -> None:
        """An output or a check has ended well: what waited only for it is ready."""
        for below in self._below[part]:
            self._waiting[below] -= 1
        self._release(below for below in self._below[part] if self._waiting[below] == 0)

    def fail(self, part: PartId) -> tuple[Step, ...]:
        """An output or a check has failed: the steps below it will never run. They are returned in the plan's order."""
        lost: set[StepId] = set()
        waiting = [part]
        while waiting:
            for below in self._below[waiting.pop()]:
                if below in self._pending and below not in lost:
                    lost.add(below)
                    waiting.extend(each.id for each in self._steps[below].parts)
        return self._drop(lost)

    def end(self, step: Step) -> None:
        """A running step has ended, with all of its parts."""
        self._running.discard(step.id)

    def drop_rest(self) -> tuple[Step, ...]:
        """Nothing more is going to begin; what would have is returned in the plan's order."""
        return self._drop(set(self._pending))

    def _drop(self, lost: set[StepId]) -> tuple[Step, ...]:
        self._pending -= lost
        return tuple(self._steps[step_id] for step_id in sorted(lost, key=lambda lost_id: self._rank[lost_id][1]))

    def _release(self, step_ids: Iterable[StepId]) -> None:
        for step_id in step_ids:
            heappush(self._ready, (self._rank[step_id], step_id))

    def _ways_ahead(self, usual: Mapping[PartId, float]) -> dict[StepId, float]:
        """For each step the seconds from its beginning to the end of the longest way that starts with it."""
        ahead: dict[StepId, float] = {}
        for step in reversed(self._steps.values()):
            behind = max((ahead[below] for part in step.parts for below in self._below[part.id]), default=0.0)
            ahead[step.id] = behind + max(usual.get(part.id, UNKNOWN_SECONDS) for part in step.parts)
        return ahead
