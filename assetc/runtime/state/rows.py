"""Between the records of the state and the rows of its tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

from msgspec.json import Decoder

from assetc.adapters.protocol import Identity
from assetc.compiler.planning.staleness import Recorded
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.state.records import CheckResult, Materialization, Metadata, Process, RunRecord, StepRecord

Row: TypeAlias = tuple[Any, ...]

_RUN = "id, root_id, command, status, started_at, finished_at"
RUN_COLUMNS = f"{_RUN}, host, pid, process_started, arguments, adapter, place, database, schema"
RUN_INSERTED = f"{_RUN}, host, pid, process_started, arguments, target_id"

_STEP = "run_id, id, kind, name, code_version, status, connection"
STEP_COLUMNS = f"{_STEP}, started_at, seconds, attempts, message, key, partition, because"
STEP_INSERTED = f"{_STEP}, ordinal, key, partition, attempts, message, because"

STEP_END_COLUMNS = "status, started_at, seconds, attempts, message"

_MATERIALIZATION = "id, run_id, step_id, at, code_version, data_version, definition, settings, kind, path"
MATERIALIZATION_COLUMNS = (
    f"{_MATERIALIZATION}, row_count, key, database, schema, name, partition, columns, metadata, inputs"
)
RECORDED_COLUMNS = (
    "key, id, at, code_version, data_version, definition, settings, database, schema, name, inputs, kind, path"
)

_CHECK = "id, name, run_id, step_id, at, status, severity, code_version, failures, message"
CHECK_COLUMNS = f"{_CHECK}, key, metadata, inputs"


def _values_of(columns: str) -> Callable[[object], Row]:
    """Reads the values that a record has under the names of columns."""
    return attrgetter(*columns.split(", "))


_run_values = _values_of(f"{_RUN}, process.host, process.pid, process.started")
_step_values, _step_end_values = _values_of(_STEP), _values_of(STEP_END_COLUMNS)
_materialization_values, _check_values = _values_of(f"{_MATERIALIZATION}, rows"), _values_of(_CHECK)


def run_row(run: RunRecord, target_id: int) -> Row:
    """The row of RUN_INSERTED for a run."""
    return (*_run_values(run), _text(run.arguments), target_id)


def to_run(row: Row) -> RunRecord:
    """The run of a row of RUN_COLUMNS."""
    run_id, root_id, command, status, started_at, finished_at, host, pid, started, arguments, *identity = row
    process, given = Process(host, pid, started), tuple(json.loads(arguments))
    return RunRecord(run_id, root_id, Identity(*identity), command, started_at, process, given, status, finished_at)


def step_row(step: StepRecord, ordinal: int) -> Row:
    """The row of STEP_INSERTED for a planned step."""
    return (*_step_values(step), ordinal, _key_text(step.key), step.partition or "", 0, "", "[]")


def step_end_row(step: StepRecord) -> Row:
    """The values of STEP_END_COLUMNS and what caused the end of a step, and the row's key."""
    return (*_step_end_values(step), _text(step.because), step.run_id, step.id)


def to_step(row: Row) -> StepRecord:
    """The step of a row of STEP_COLUMNS."""
    run_id, step_id, kind, name, version, status, connection, *end, key, partition, because = row
    rest = (tuple(json.loads(because)), connection, partition or None)
    return StepRecord(*(run_id, step_id, kind, _key(key), name, version, status, *end, *rest))


def materialization_row(event: Materialization, target_id: int) -> Row:
    """The row of MATERIALIZATION_COLUMNS for a materialization, and its target."""
    stored = (event.key.to_user_string(), *_relation_parts(event.relation), event.partition or "")
    texts = (_text(event.columns), _metadata_text(event.metadata), _inputs_text(event.inputs))
    return (*_materialization_values(event), *stored, *texts, target_id)


def to_materialization(row: Row, identity: Identity) -> Materialization:
    """The materialization of a row of MATERIALIZATION_COLUMNS."""
    event_id, *fields, path, rows, key, database, schema, name, partition, columns, metadata, inputs = row
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
    """The row of CHECK_COLUMNS for a check's result, and its target."""
    texts = (_key_text(result.key), _metadata_text(result.metadata), _inputs_text(result.inputs))
    return (*_check_values(result), *texts, target_id)


def to_check(row: Row, identity: Identity) -> CheckResult:
    """The result of a row of CHECK_COLUMNS."""
    result_id, name, *fields, key, metadata, inputs = row
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
