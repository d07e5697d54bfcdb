"""Bodies that make several assets: executed once in a run, however many of their assets the plan holds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from assetc.definitions.form import form_of_value
from assetc.definitions.key import AssetKey
from assetc.runtime.python.body import BodyOutcome, BodyOutput
from assetc.runtime.python.body_value import TableValue


class BodyId(NamedTuple):
    """One execution of one body: a step that is tried again executes it again."""

    run_id: str
    path: str
    name: str
    attempt: int


class _Execution(Struct, eq=False):
    """What a body came to, once it has been executed. Whoever holds the lock executes it, the others wait."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    outcome: BodyOutcome | None = None


class SharedBodies(Struct, eq=False):
    """What the bodies of several assets came to, for the length of a run. Threads may ask at once."""

    _executions: dict[BodyId, _Execution] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, body: BodyId, key: AssetKey, execute: Callable[[], BodyOutcome]) -> BodyOutcome:
        """The outcome of a body with the one output of `key`, which is not kept any longer.

        The first who asks executes the body. What it made for the others must not need this thread's session.
        """
        with self._lock:
            execution = self._executions.setdefault(body, _Execution())
        with execution.lock:
            if execution.outcome is None:
                outcome = execute()
                execution.outcome = replace(outcome, outputs=tuple(_for_others(each, key) for each in outcome.outputs))
            own = find_output(key, execution.outcome)
            rest = tuple(each for each in execution.outcome.outputs if each is not own)
            outcome = replace(execution.outcome, outputs=() if own is None else (own,))
            execution.outcome = replace(execution.outcome, outputs=rest)
        return outcome


def find_output(key: AssetKey, outcome: BodyOutcome) -> BodyOutput | None:
    """The output of an asset: that of its key, else the only one of its name, below the prefix of its folder."""
    exact = [output for output in outcome.outputs if output.key == key]
    named = exact or [output for output in outcome.outputs if output.key.name == key.name]
    return named[0] if len(named) == 1 else None


def _for_others(output: BodyOutput, own: AssetKey) -> BodyOutput:
    """An output whose rows can be read in any thread: a relation of DuckDB belongs to the session that made it."""
    value = output.value
    if output.key == own or not isinstance(value, TableValue):
        return output
    rows: Any = value.value
    match form_of_value(rows):
        case "duckdb":
            return replace(output, value=TableValue(rows.to_arrow_table()))
        case "record_batches":
            return replace(output, value=TableValue(rows.read_all()))
        case _:
            return output
