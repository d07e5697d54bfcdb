"""Between the records of the state and the rows of its tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from msgspec.json import Decoder

from assetc.adapters.protocol import Identity
from assetc.compiler.planning.staleness import Recorded
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.state.records import CheckResult, Materialization, Metadata, Process, RunRecord, StepRecord

Row: TypeAlias = tuple[Any, ...]

RUN_COLUMNS = (
    "id, root_id, command, arguments, status, started_at, finished_at, host, pid, process_started, "
    "adapter, place, database, schema"
)
STEP_COLUMNS = (
    "run_id, id, kind, key, name, code_version, status, started_at, seconds, attempts, message, because, "
    "connection, partition"
)
MATERIALIZATION_COLUMNS = (
    "id, key, run_id, step_id, at, code_version, data_version, definition, settings, kind, "
    "database, schema, name, path, partition, row_count, columns, metadata, inputs"
)
RECORDED_COLUMNS = (
    "key, id, at, code_version, data_version, definition, settings, database, schema, name, inputs, kind, path"
)
CHECK_COLUMNS = (
    "id, name, key, run_id, step_id, at, status, severity, code_version, failures, message, metadata, inputs"
)


def run_row(run: RunRecord, target_id: int) -> Row:
    """The row of a run."""
    process = run.process
    return (
        run.id,
        run.root_id,
        target_id,
        run.command,
        _text(run.arguments),
        run.status,
        run.started_at,
        run.finished_at,
        process.host,
        process.pid,
        process.started,
    )


def to_run(row: Row) -> RunRecord:
    """The run of a row of RUN_COLUMNS."""
    run_id, root_id, command, arguments, status, started_at, finished_at, host, pid, started, *identity = row
    process = Process(host, pid, started)
    given = tuple(json.loads(arguments))
    return RunRecord(run_id, root_id, Identity(*identity), command, started_at, process, given, status, finished_at)


def step_row(step: StepRecord, ordinal: int) -> Row:
    """The row of a planned step."""
    return (
        step.run_id,
        ordinal,
        step.id,
        step.kind,
        _key_text(step.key),
        step.name,
        step.code_version,
        step.status,
        step.connection,
        step.partition or "",
    )


def step_end_row(step: StepRecord) -> Row:
    """The new values of the row of a step that has ended, and the row's key."""
    because = _text(step.because)
    return (step.status, step.started_at, step.seconds, step.attempts, step.message, because, step.run_id, step.id)


def to_step(row: Row) -> StepRecord:
    """The step of a row of STEP_COLUMNS."""
    *values, because, connection, partition = row
    values[3] = _key(values[3])
    return StepRecord(*(*values, tuple(json.loads(because)), connection, partition or None))


def materialization_row(event: Materialization, target_id: int) -> Row:
    """The row of a materialization."""
    return (
        event.id,
        target_id,
        event.key.to_user_string(),
        event.run_id,
        event.step_id,
        event.at,
        event.code_version,
        event.data_version,
        event.definition,
        event.settings,
        event.kind,
        *_relation_parts(event.relation),
        event.path,
        event.partition or "",
        event.rows,
        _text(event.columns),
        _metadata_text(event.metadata),
        _inputs_text(event.inputs),
    )


def to_materialization(row: Row, identity: Identity) -> Materialization:
    """The materialization of a row of MATERIALIZATION_COLUMNS."""
    event_id, key, *fields, database, schema, name, path, partition, rows, columns, metadata, inputs = row
    stored = (_relation(database, schema, name), path, partition or None, rows, tuple(map(tuple, json.loads(columns))))
    rest = (tuple(json.loads(metadata).items()), _inputs(inputs))
    return Materialization(*(event_id, identity, AssetKey(key), *fields, *stored, *rest))


_VERSIONS = Decoder(dict[str, str])


def to_recorded(rows: Sequence[Row]) -> dict[AssetKey, Recorded]:
    """Assets and their last materializations, of rows of RECORDED_COLUMNS. Equal keys are one value."""
    keys = _Keys()
    recorded = {}
    for key, *fields, database, schema, name, inputs, kind, path in rows:
        read = {keys[up]: version for up, version in _VERSIONS.decode(inputs).items()} if inputs != "{}" else {}
        recorded[keys[key]] = Recorded(*(*fields, _relation(database, schema, name), read, kind, path))
    return recorded


class _Keys(dict[str, AssetKey]):
    """The key of each text, made once."""

    def __missing__(self, text: str) -> AssetKey:
        made = self[text] = AssetKey(text)
        return made


def check_row(result: CheckResult, target_id: int) -> Row:
    """The row of a check's result."""
    return (
        result.id,
        target_id,
        result.name,
        _key_text(result.key),
        result.run_id,
        result.step_id,
        result.at,
        result.status,
        result.severity,
        result.code_version,
        result.failures,
        result.message,
        _metadata_text(result.metadata),
        _inputs_text(result.inputs),
    )


def to_check(row: Row, identity: Identity) -> CheckResult:
    """The result of a row of CHECK_COLUMNS."""
    result_id, name, key, *fields, metadata, inputs = row
    rest = (tuple(json.loads(metadata).items()), _inputs(inputs))
    return CheckResult(*(result_id, identity, name, _key(key), *fields, *rest))


def _text(values: Sequence[object]) -> str:
    return json.dumps(values) if values else "[]"


def _metadata_text(metadata: Metadata) -> str:
    """Metadata may hold any value; one that JSON does not know is kept as its text."""
    return json.dumps(dict(metadata), default=str) if metadata else "{}"


def _inputs_text(inputs: Mapping[AssetKey, str]) -> str:
    if not inputs:
        return "{}"
    return json.dumps({key.to_user_string(): version for key, version in inputs.items()})


def _inputs(text: str) -> dict[AssetKey, str]:
    if text == "{}":
        return {}
    return {AssetKey(key): version for key, version in json.loads(text).items()}


def _key_text(key: AssetKey | None) -> str | None:
    return None if key is None else key.to_user_string()


def _key(text: str | None) -> AssetKey | None:
    return None if text is None else AssetKey(text)


def _relation_parts(relation: Relation | None) -> tuple[str | None, str | None, str | None]:
    return (None, None, None) if relation is None else (relation.database, relation.schema, relation.name)


def _relation(database: str | None, schema: str | None, name: str | None) -> Relation | None:
    return None if name is None else Relation(database, schema, name)
