"""Writes a generated project: as a native one with plain names, or as a dbt project with ref() and source()."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Literal

from benchmarks.project import BenchmarkProject, Model, RawTable
from benchmarks.queries import DBT, PLAIN, query_of

Form = Literal["native", "dbt"]

SCHEMA = "analytics"
MACRO = "{% macro cents_to_dollars(column) %}round(coalesce({{ column }}, 0) / 100.0, 2){% endmacro %}\n"
PROFILE = f"""bench:
  target: dev
  outputs:
    dev: {{type: duckdb, path: warehouse.duckdb, schema: {SCHEMA}, threads: 4}}
"""
NATIVE = """name = "bench"
profile = "bench"
[models.bench.staging]
materialized = "view"
"""
DBT_PROJECT = """name: bench
version: '1.0'
profile: bench
flags: {send_anonymous_usage_stats: false}
models:
  bench:
    staging: {+materialized: view}
    intermediate: {+materialized: table}
    marts: {+materialized: table}
"""


def write_project(project: BenchmarkProject, root: Path, form: Form) -> None:
    """All files of a project, with descriptions, and tests of one key in three."""
    names = DBT if form == "dbt" else PLAIN
    for model in project.models.values():
        _write(root / "models" / model.folder / f"{model.name}.sql", query_of(project, model, names))
    for folder, models in groupby(sorted(project.models.values(), key=attrgetter("folder")), attrgetter("folder")):
        _write(root / "models" / folder / "schema.yml", "\n".join(_properties(models)) + "\n")
    _write(root / "models" / "sources.yml", "\n".join(_sources(project.raw)) + "\n")
    _write(root / "macros" / "money.sql", MACRO)
    _write(root / "profiles.yml", PROFILE)
    if form == "dbt":
        _write(root / "dbt_project.yml", DBT_PROJECT)
    else:
        _write(root / "assetc.toml", NATIVE)


def raw_tables(project: BenchmarkProject, rows: int) -> str:
    """The statements that make the raw tables."""
    return "\n".join(["create schema if not exists raw;", *(_raw(table, rows) for table in project.raw.values())])


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _properties(models: Iterable[Model]) -> Iterator[str]:
    yield from ("version: 2", "models:")
    for model in models:
        inputs = len(model.upstream) + len(model.raw)
        yield f"  - name: {model.name}"
        yield f"    description: {model.layer.capitalize()} model of the {model.domain} domain from {inputs} relations."
        yield "    columns:"
        for place, (name, _) in enumerate(model.columns[:6]):
            yield f"      - name: {name}"
            yield f"        description: {name.replace('_', ' ')} of the record, as seen by the {model.domain} team."
            if place == 0 and model.is_tested:
                yield "        data_tests: [not_null, unique]"


def _sources(raw: Iterable[str]) -> Iterator[str]:
    yield from ("version: 2", "sources:", "  - name: raw", "    schema: raw", "    tables:")
    for name in raw:
        yield f"      - {{name: {name}, description: {name} as loaded.}}"


def _raw(table: RawTable, rows: int) -> str:
    columns = [
        f"i as id, (i * 7) % {rows} + 1 as customer_id",
        "timestamp '2026-01-01' + to_hours(cast(i * 13 as integer)) as created_at",
        "timestamp '2026-02-01' + to_hours(cast(i * 17 as integer)) as updated_at",
        "['new', 'open', 'closed', 'deleted'][i % 4 + 1] as status",
        *(f"cast((i * {place + 3}) % 97 as double) as {name}" for place, name in enumerate(table.measures)),
        *(f"'{name}_' || (i % {place + 2}) as {name}" for place, name in enumerate(table.attributes)),
        "false as is_deleted",
    ]
    return f"create or replace table raw.{table.name} as select {', '.join(columns)} from range(1, {rows + 1}) r(i);"
