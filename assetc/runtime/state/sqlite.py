"""The state in a SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from assetc.adapters.protocol import Identity
from assetc.compiler.plan import PartId
from assetc.compiler.planning.staleness import Recorded
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.state import rows
from assetc.runtime.state.connection import Connection
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
from assetc.runtime.state.rows import Row


class State:
    """Where runs are remembered; `path` None: in memory. Any thread may call its methods, which raise StateError."""

    def __init__(self, path: Path | None) -> None:
        self._connection = Connection(path)

    def start_run(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        """Remember a run that begins, with all the steps that it is going to execute."""

        def work(sqlite: sqlite3.Connection) -> None:
            sqlite.execute(_INSERT_RUN, rows.run_row(run, _target_id(sqlite, run.identity)))
            sqlite.executemany(_INSERT_STEP, (rows.step_row(step, at) for at, step in enumerate(steps)))

        self._connection.write(work)

    def end_steps(self, ends: Sequence[StepEnd]) -> None:
        """Remember the ends of steps, all of them or none."""

        def work(sqlite: sqlite3.Connection) -> None:
            targets = {identity: _target_id(sqlite, identity) for identity in {end.identity for end in ends}}
            sqlite.executemany(_END_STEP, [rows.step_end_row(end.step) for end in ends])
            for end in ends:
                _insert_results(sqlite, end, targets[end.identity])

        self._connection.write(work)

    def end_run(self, end: RunEnd) -> None:
        """Remember how a run ended."""
        sql = "update runs set status = ?, finished_at = ? where id = ?"
        self._connection.write(lambda sqlite: sqlite.execute(sql, (end.status, end.at, end.run_id)))

    def recorded(self, identity: Identity, keys: Collection[AssetKey] | None = None) -> Mapping[AssetKey, Recorded]:
        """The last materialization of these assets of a target, or of all."""
        sql = f"select {_qualified('m', rows.RECORDED_COLUMNS)} from {_LATEST} where {_OF_TARGET}"
        if keys is None:
            return rows.to_recorded(self._connection.rows(sql, _parts(identity)))
        named = json.dumps([key.to_user_string() for key in keys])
        sql += " and l.key in (select value from json_each(?))"
        return rows.to_recorded(self._connection.rows(sql, (*_parts(identity), named)))

    def relations(self, identity: Identity) -> Mapping[Relation, AssetKey]:
        """Every relation that was ever made in a target, and the asset as which it was made last."""
        sql = (
            "select m.database, m.schema, m.name, m.key, max(m.id) from materializations m "
            f"join targets t on t.id = m.target_id where {_OF_TARGET} and m.name is not null "
            "group by m.database, m.schema, m.name"
        )
        found = self._connection.rows(sql, _parts(identity))
        return {Relation(*place): AssetKey(key) for *place, key, _ in found}

    def versions(self, identity: Identity, keys: Collection[AssetKey]) -> Mapping[AssetKey, Versions]:
        """What a reader of these assets reads now; those that were never built are left out."""
        if not keys:
            return {}
        sql = (
            f"select m.key, m.id, m.data_version, m.definition, m.kind, m.path from {_LATEST} "
            f"where {_OF_TARGET} and l.key in ({', '.join('?' * len(keys))})"
        )
        names = {key.to_user_string(): key for key in keys}
        found = self._connection.rows(sql, (*_parts(identity), *names))
        return {names[name]: Versions(*values) for name, *values in found}

    def runs(self, wanted: RunFilter) -> tuple[RunRecord, ...]:
        """Runs, newest first."""
        conditions, parameters = ["true"], list[object]()
        if wanted.identity is not None:
            conditions.append(_OF_TARGET)
            parameters.extend(_parts(wanted.identity))
        if wanted.status is not None:
            conditions.append("r.status = ?")
            parameters.append(wanted.status)
        sql = (
            f"select {_RUN_COLUMNS} from runs r join targets t on t.id = r.target_id "
            f"where {' and '.join(conditions)} order by r.started_at desc, r.id desc limit ?"
        )
        return tuple(map(rows.to_run, self._connection.rows(sql, (*parameters, wanted.limit))))

    def steps(self, run_id: str) -> tuple[StepRecord, ...]:
        """The steps of a run, in the order of its plan."""
        sql = f"select {rows.STEP_COLUMNS} from steps where run_id = ? order by ordinal"
        return tuple(map(rows.to_step, self._connection.rows(sql, (run_id,))))

    def materializations(self, identity: Identity, key: AssetKey, limit: int) -> tuple[Materialization, ...]:
        """The materializations of an asset, newest first."""
        sql = (
            f"select {_qualified('m', rows.MATERIALIZATION_COLUMNS)} from materializations m "
            f"join targets t on t.id = m.target_id where {_OF_TARGET} and m.key = ? order by m.id desc limit ?"
        )
        found = self._connection.rows(sql, (*_parts(identity), key.to_user_string(), limit))
        return tuple(rows.to_materialization(row, identity) for row in found)

    def check_results(self, identity: Identity) -> Mapping[str, CheckResult]:
        """The last result of every check of a target, by the check's step."""
        sql = (
            f"select {_qualified('c', rows.CHECK_COLUMNS)} from check_results c where c.id in ("
            "select max(last.id) from check_results last join targets t on t.id = last.target_id "
            f"where {_OF_TARGET} group by last.step_id)"
        )
        found = self._connection.rows(sql, _parts(identity))
        return {result.step_id: result for result in (rows.to_check(row, identity) for row in found)}

    def durations(self, identity: Identity) -> Mapping[PartId, tuple[float, ...]]:
        """The last durations of every step of a target, newest first."""
        sql = f"select d.step_id, d.recent from durations d join targets t on t.id = d.target_id where {_OF_TARGET}"
        found = self._connection.rows(sql, _parts(identity))
        return {step_id: tuple(json.loads(recent)) for step_id, recent in found}

    def forget_runs(self, keep: int) -> int:
        """Forget all but the newest runs; the last of an asset, a relation or a check stays. How many went."""
        sql = "select id from runs order by started_at desc, id desc limit -1 offset ?"
        old = self._connection.rows(sql, (keep,))
        if old:
            self._connection.write(lambda sqlite: _forget(sqlite, old))
        return len(old)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


_LATEST = (
    "targets t join latest_materializations l on l.target_id = t.id "
    "join materializations m on m.id = l.materialization_id"
)
_OF_TARGET = "t.adapter = ? and t.place = ? and t.database = ? and t.schema = ?"


def _qualified(alias: str, columns: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in columns.split(", "))


_RUN_COLUMNS = f"r.{rows.RUN_COLUMNS}"  # of the others no target has one of the same name


def _insert(table: str, columns: str) -> str:
    return f"insert into {table} ({columns}) values ({', '.join('?' for _ in columns.split(', '))})"


_INSERT_RUN = _insert("runs", rows.RUN_INSERTED)
_INSERT_STEP = _insert("steps", rows.STEP_INSERTED)
_END_STEP = f"update steps set ({rows.STEP_END_COLUMNS}, because) = (?, ?, ?, ?, ?, ?) where run_id = ? and id = ?"
_INSERT_MATERIALIZATION = _insert("materializations", f"{rows.MATERIALIZATION_COLUMNS}, target_id")
_INSERT_CHECK = _insert("check_results", f"{rows.CHECK_COLUMNS}, target_id")
_SET_LATEST = f"""
{_insert("latest_materializations", "target_id, key, partition, materialization_id")}
on conflict (target_id, key, partition) do update set materialization_id = excluded.materialization_id
"""
_SET_RECENT = f"""
{_insert("durations", "target_id, step_id, recent")}
on conflict (target_id, step_id) do update set recent = excluded.recent
"""


def _parts(identity: Identity) -> Row:
    return (identity.adapter, identity.place, identity.database, identity.schema)


def _target_id(sqlite: sqlite3.Connection, identity: Identity) -> int:
    find = "select id from targets where adapter = ? and place = ? and database = ? and schema = ?"
    row = sqlite.execute(find, _parts(identity)).fetchone()
    if row is None:
        insert = "insert into targets (adapter, place, database, schema) values (?, ?, ?, ?) returning id"
        row = sqlite.execute(insert, _parts(identity)).fetchone()
    return int(row[0])


def _insert_results(sqlite: sqlite3.Connection, end: StepEnd, target_id: int) -> None:
    event = end.materialization
    if event is not None:
        sqlite.execute(_INSERT_MATERIALIZATION, rows.materialization_row(event, target_id))
        sqlite.execute(_SET_LATEST, (target_id, event.key.to_user_string(), event.partition or "", event.id))
    if end.check is not None:
        sqlite.execute(_INSERT_CHECK, rows.check_row(end.check, target_id))
    if end.recent:
        sqlite.execute(_SET_RECENT, (target_id, end.step.id, json.dumps(end.recent)))


def _forget(sqlite: sqlite3.Connection, runs: Sequence[Row]) -> None:
    sqlite.executemany("delete from steps where run_id = ?", runs)
    sqlite.executemany(
        "delete from materializations as old where run_id = ? "
        "and id not in (select materialization_id from latest_materializations) "
        "and (name is null or exists (select 1 from materializations newer where newer.target_id = old.target_id "
        "and newer.key = old.key and newer.id > old.id and newer.name = old.name "
        "and newer.schema is old.schema and newer.database is old.database))",
        runs,
    )
    sqlite.executemany(
        "delete from check_results as old where run_id = ? and exists (select 1 from check_results newer "
        "where newer.target_id = old.target_id and newer.step_id = old.step_id and newer.id > old.id)",
        runs,
    )
    sqlite.executemany("delete from runs where id = ?", runs)
