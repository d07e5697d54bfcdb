"""What the state must be able to do: a handful of functions, each one query or one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from assetc.adapters.protocol import Identity
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.plan import PartId
from assetc.compiler.planning.staleness import Recorded
from assetc.definitions.key import AssetKey
from assetc.runtime.state.records import (
    CheckResult,
    Materialization,
    RunEnd,
    RunFilter,
    RunRecord,
    StepEnd,
    StepRecord,
    Versions,
)


class StateError(Exception):
    """The state cannot be read or written; `diagnostic` says why and what to do."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class State(Protocol):
    """Where runs are remembered. Every method may be called from any thread, and raises StateError."""

    def start_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        """Remember a run that begins, with all the steps that it is going to execute."""

    def end_steps(self, ends: Sequence[StepEnd]) -> None:
        """Remember the ends of steps, all of them or none."""

    def end_run(self, end: RunEnd) -> None:
        """Remember how a run ended."""

    def recorded(self, identity: Identity) -> Mapping[AssetKey, Recorded]:
        """The last materialization of every asset of a target."""

    def versions(self, identity: Identity, keys: Collection[AssetKey]) -> Mapping[AssetKey, Versions]:
        """What a reader of these assets reads now; those that were never built are left out."""

    def runs(self, wanted: RunFilter) -> tuple[RunRecord, ...]:
        """Runs, newest first."""

    def steps(self, run_id: str) -> tuple[StepRecord, ...]:
        """The steps of a run, in the order of its plan."""

    def materializations(self, identity: Identity, key: AssetKey, limit: int) -> tuple[Materialization, ...]:
        """The materializations of an asset, newest first."""

    def check_results(self, identity: Identity) -> Mapping[str, CheckResult]:
        """The last result of every check of a target, by the check's step."""

    def durations(self, identity: Identity) -> Mapping[PartId, tuple[float, ...]]:
        """The last durations of every step of a target, newest first."""

    def forget_runs(self, keep: int) -> int:
        """Forget all but the newest runs; what is the last of an asset or of a check stays. How many went."""

    def close(self) -> None:
        """Give the connection back."""
