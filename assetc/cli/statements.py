"""The statements that would build an asset, as far as they can be known without asking the warehouse."""

from __future__ import annotations

from assetc.adapters.perform import Listener, perform
from assetc.adapters.protocol import Statement
from assetc.adapters.recording import NotKnown, RecordingSession
from assetc.compiler.asset import Asset, Check
from assetc.compiler.checks import SINGULAR
from assetc.compiler.materialization.build import Build, Content, Query
from assetc.compiler.materialization.materialize import materialize
from assetc.compiler.operation import RelationKind
from assetc.compiler.plan import output_id
from assetc.compiler.resolution.resolve_checks import GENERIC_TESTS
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.steps.project_checks import ProjectChecks
from assetc.runtime.steps.script import read_script

LATER = "-- what follows depends on what the warehouse answers"


def statements_of(asset: Asset, compiler: SqlCompiler, existing: RelationKind | None) -> list[str]:
    """The statements that build the asset: as a whole, or into the table that exists. Raises Refused."""
    asset, content = _content(asset, compiler, incremental=existing == "table")
    if content is None or asset.relation is None:
        return []
    build = Build(
        relation=asset.relation,
        content=content,
        config=compiler.with_predicates(asset, incremental=existing == "table", ask=None),
        abilities=compiler.adapter.abilities,
        step_id=output_id(asset),
        existing=existing,
        columns=asset.columns,
        span=asset.span,
    )
    session = RecordingSession(compiler.workspace.compilation.columns.get(asset.key) or ())
    try:
        perform(materialize(build), compiler.adapter.render, session, Listener())
    except NotKnown:
        session.execute(Statement(LATER))
    return [statement.sql for statement in session.statements]


def check_text(check: Check, compiler: SqlCompiler) -> str:
    """The query of a check."""
    return ProjectChecks(compiler).query(check)


def lasts(check: Check) -> bool:
    """Whether the query of a check follows from the compilation alone; the project's own tests are rendered later."""
    return check.kind == SINGULAR or check.kind in GENERIC_TESTS


def _content(asset: Asset, compiler: SqlCompiler, *, incremental: bool) -> tuple[Asset, Content | None]:
    """What the asset is made of; the statements before a script's query are then hooks of the asset."""
    if asset.kind == "seed":
        from assetc.adapters.seed_file import read_seed

        return asset, read_seed(compiler.workspace.root / asset.path, asset.path, asset.config.separator)
    if asset.kind != "model":
        return asset, None
    script = read_script(asset, compiler.model(asset, incremental=incremental).sql, compiler.adapter.dialect)
    return script.asset, None if script.query is None else Query(script.query.sql)
