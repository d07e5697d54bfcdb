"""What is remembered of runs: one small value per row."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from assetc.adapters.protocol import Identity
from assetc.compiler.plan import PartId
from assetc.compiler.planning.staleness import ValueKind
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.execution.events import CheckStatus, RunStatus, StepStatus

RecordedRunStatus = Literal["running", "success", "failed", "canceled"]
StepKind = Literal["build", "check"]
Metadata: TypeAlias = tuple[tuple[str, object], ...]


class Process(Struct, frozen=True):
    """The process that executes a run. A process id alone may belong to another process by now."""

    host: str
    pid: int
    started: str


class RunRecord(Struct, frozen=True):
    """One run. `root_id` is the run that this one resumes, directly or not; its own id if it resumes none."""

    id: str
    root_id: str
    identity: Identity
    command: str
    started_at: float
    process: Process
    arguments: tuple[str, ...] = ()
    status: RecordedRunStatus = "running"
    finished_at: float | None = None


class StepRecord(Struct, frozen=True):
    """An output or a check of a run. `status` is None until it ends; `key` is the asset's, or a check's first one's."""

    run_id: str
    id: PartId
    kind: StepKind
    key: AssetKey | None
    name: str
    code_version: str = ""
    status: StepStatus | None = None
    started_at: float | None = None
    seconds: float | None = None
    attempts: int = 0
    message: str = ""
    because: tuple[PartId, ...] = ()
    connection: str = ""
    partition: str | None = None


class Materialization(Struct, frozen=True):
    """An asset was made. `inputs` are the versions of what it read; `path` is an object's, within the project."""

    id: str
    identity: Identity
    key: AssetKey
    run_id: str
    step_id: PartId
    at: float
    code_version: str
    data_version: str
    definition: str
    settings: str
    kind: ValueKind
    relation: Relation | None = None
    path: str | None = None
    partition: str | None = None
    rows: int | None = None
    columns: tuple[tuple[str, str], ...] = ()
    metadata: Metadata = ()
    inputs: Mapping[AssetKey, str] = field(default_factory=dict)


class CheckResult(Struct, frozen=True):
    """A check was executed. `inputs` are the data versions of the assets that it read."""

    id: str
    identity: Identity
    name: str
    key: AssetKey | None
    run_id: str
    step_id: PartId
    at: float
    status: CheckStatus
    severity: str
    code_version: str = ""
    failures: int | None = None
    message: str = ""
    metadata: Metadata = ()
    inputs: Mapping[AssetKey, str] = field(default_factory=dict)


class StepEnd(Struct, frozen=True):
    """Everything that is written when a step ends, in one transaction. `recent`: its last durations, newest first."""

    step: StepRecord
    identity: Identity
    materialization: Materialization | None = None
    check: CheckResult | None = None
    recent: tuple[float, ...] = ()


class RunFilter(Struct, frozen=True):
    """Which runs are asked for."""

    identity: Identity | None = None
    status: RecordedRunStatus | None = None
    limit: int = 50


class Versions(Struct, frozen=True):
    """What a reader remembers of an asset that it reads, and as what it finds it: see `Recorded`."""

    event_id: str
    data_version: str
    definition: str
    kind: ValueKind = "table"
    path: str | None = None


class RunEnd(Struct, frozen=True):
    """How a run ended."""

    run_id: str
    status: RunStatus
    at: float


def new_id() -> str:
    """A new identifier: 13 hexadecimal digits of time, to the microsecond, and 8 of chance."""
    return f"{time.time_ns() // 1000:013x}{os.urandom(4).hex()}"
