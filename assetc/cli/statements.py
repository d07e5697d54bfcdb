"""The statements that would build an asset, as far as they can be known without asking the warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from assetc.adapters.protocol import Adapter
from assetc.compiler.asset import Asset, Check
from assetc.compiler.make_plan import build_id
from assetc.compiler.materialization.build import Build, Content, CsvFile, Query
from assetc.compiler.materialization.materialize import materialize
from assetc.compiler.operation import (
    AlterColumns,
    Atomically,
    CreateLedger,
    Describe,
    DescribeSeed,
    LoadValue,
    Operation,
    Operations,
    Report,
    RunChecks,
    WriteLedger,
)
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.project_checks import ProjectChecks
from assetc.runtime.script import read_script

UNKNOWN = (Describe, DescribeSeed, LoadValue, Report, RunChecks, CreateLedger, WriteLedger, AlterColumns)
"""Operations that are questions, or that depend on an answer, or on a value."""


def statements_of(asset: Asset, compiler: SqlCompiler, *, full_refresh: bool) -> list[str]:
    """The statements of a build of the asset into a target in which nothing stands yet."""
    asset, content = _content(asset, compiler)
    if content is None or asset.relation is None:
        return []
    build = Build(
        relation=asset.relation,
        content=content,
        config=asset.config,
        abilities=compiler.adapter.abilities,
        step_id=build_id(asset),
        full_refresh=full_refresh,
        columns=asset.columns,
        span=asset.span,
    )
    return [statement for each in _flat(materialize(build)) for statement in _rendered(each, compiler.adapter)]


def check_text(check: Check, compiler: SqlCompiler) -> str:
    """The query of a check."""
    return ProjectChecks(compiler).query(check)


def _content(asset: Asset, compiler: SqlCompiler) -> tuple[Asset, Content | None]:
    """What the asset is made of; the statements before a script's query are then hooks of the asset."""
    if asset.kind == "seed":
        return asset, CsvFile(str(Path(compiler.workspace.project.root, asset.path)), asset.path)
    if asset.kind != "model":
        return asset, None
    script = read_script(asset, compiler.model(asset, incremental=False).sql, compiler.adapter.dialect)
    return script.asset, None if script.query is None else Query(script.query.sql)


def _flat(operations: Operations | Iterable[Operation]) -> Iterator[Operation]:
    """All operations, those of transactions too; questions are answered with nothing."""
    for operation in operations:
        if isinstance(operation, Atomically):
            yield from _flat(operation.operations)
        else:
            yield operation


def _rendered(operation: Operation, adapter: Adapter) -> Iterator[str]:
    if not isinstance(operation, UNKNOWN):
        yield from (statement.sql for statement in adapter.render(operation))
