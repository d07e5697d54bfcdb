"""How a plan is executed."""

from __future__ import annotations

import random
from collections.abc import Callable

from msgspec import Struct, field

from assetc.adapters.protocol import Identity
from assetc.definitions.key import AssetKey
from assetc.runtime.execution.cancellation import Cancellation
from assetc.runtime.state.records import new_id


class RetryPolicy(Struct, frozen=True):
    """When a step is tried again. Faults that pass by themselves are, up to `transient` times, whatever the asset."""

    transient: int = 3
    first_delay: float = 0.5
    longest_delay: float = 30.0

    def delay(self, attempt: int) -> float:
        """How long to wait after this attempt: twice as long each time, spread so that not all come back at once."""
        full = min(self.longest_delay, self.first_delay * 2.0 ** (attempt - 1))
        return full * random.uniform(0.5, 1.0)  # noqa: S311  spreads the load, keeps no secret


def _unchanged(text: str) -> str:
    return text


def _not_looked_at(_: AssetKey) -> str:
    return ""


class ExecuteOptions(Struct, frozen=True):
    """How a plan is executed.

    With no threads, steps are executed one by one, in the order of the plan, in the thread that asks for the first
    event. `root_id` is that of the run which this one resumes. `redact` takes the secrets out of every message.
    `grace` is how long a cancelled run waits for what does not stop by itself; `keep_runs` is how many runs the state
    remembers. `file_version` tells what a file holds now. `whole_steps`: nothing runs below a step that failed, not
    even below what it made before.
    """

    identity: Identity
    threads: int = 4
    fail_fast: bool = False
    whole_steps: bool = False
    arguments: tuple[str, ...] = ()
    run_id: str = field(default_factory=new_id)
    root_id: str | None = None
    retries: RetryPolicy = RetryPolicy()
    cancellation: Cancellation = field(default_factory=Cancellation)
    redact: Callable[[str], str] = _unchanged
    grace: float = 10.0
    keep_runs: int = 200
    file_version: Callable[[AssetKey], str] = _not_looked_at
