"""The tables of the state, as numbered migrations: the file's `user_version` is how many of them it has."""

from __future__ import annotations

_INDEXES = (
    "create index materializations_by_key on materializations (target_id, key, id)",
    "create index materializations_by_run on materializations (run_id)",
)


def _materializations(table: str, stored: str, path: str) -> str:
    """The table of materializations; `stored` is the kind of those that are no relations."""
    return f"""
        create table {table} (
            id text primary key,
            target_id integer not null references targets,
            key text not null,
            partition text not null default '',
            run_id text not null,
            step_id text not null,
            at real not null,
            code_version text not null,
            data_version text not null,
            definition text not null,
            settings text not null,
            kind text not null check (kind in ('table', 'view', '{stored}', 'none')),
            database text, schema text, name text, {path}
            row_count integer,
            columns text not null,
            metadata text not null,
            inputs text not null
        ) strict, without rowid
        """


MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        create table targets (
            id integer primary key,
            adapter text not null, place text not null, database text not null, schema text not null,
            unique (adapter, place, database, schema)
        ) strict
        """,
        """
        create table runs (
            id text primary key,
            root_id text not null,
            target_id integer not null references targets,
            command text not null,
            arguments text not null,
            status text not null check (status in ('running', 'success', 'failed', 'canceled')),
            started_at real not null,
            finished_at real,
            host text not null, pid integer not null, process_started text not null
        ) strict, without rowid
        """,
        "create index runs_by_start on runs (started_at)",
        """
        create table steps (
            run_id text not null references runs,
            ordinal integer not null,
            id text not null,
            kind text not null check (kind in ('build', 'check')),
            key text,
            name text not null,
            code_version text not null,
            status text check (status in ('success', 'failed', 'skipped', 'reused', 'canceled')),
            started_at real,
            seconds real,
            attempts integer not null,
            message text not null,
            because text not null,
            primary key (run_id, id)
        ) strict, without rowid
        """,
        _materializations("materializations", "pickle", ""),
        *_INDEXES,
        """
        create table latest_materializations (
            target_id integer not null,
            key text not null,
            partition text not null default '',
            materialization_id text not null,
            primary key (target_id, key, partition)
        ) strict, without rowid
        """,
        """
        create table check_results (
            id text primary key,
            target_id integer not null references targets,
            name text not null,
            key text,
            run_id text not null,
            step_id text not null,
            at real not null,
            status text not null check (status in ('pass', 'warn', 'fail', 'error')),
            severity text not null,
            code_version text not null,
            failures integer,
            message text not null,
            metadata text not null,
            inputs text not null
        ) strict, without rowid
        """,
        "create index check_results_by_step on check_results (target_id, step_id, id)",
        "create index check_results_by_run on check_results (run_id)",
        """
        create table durations (
            target_id integer not null references targets,
            step_id text not null,
            recent text not null,
            primary key (target_id, step_id)
        ) strict, without rowid
        """,
    ),
    (
        "alter table steps add column connection text not null default ''",
        "alter table steps add column partition text not null default ''",
        _materializations("materializations_with_path", "object", "path text,"),
        """
        insert into materializations_with_path
        select id, target_id, key, partition, run_id, step_id, at, code_version, data_version, definition, settings,
               iif(kind = 'pickle', 'object', kind), database, schema, name,
               iif(kind = 'pickle', json_extract(metadata, '$.path'), null),
               row_count, columns, metadata, inputs
        from materializations
        """,
        "drop table materializations",
        "alter table materializations_with_path rename to materializations",
        *_INDEXES,
    ),
)
