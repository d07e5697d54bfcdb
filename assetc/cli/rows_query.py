"""The query that shows rows: of what was built, of a model that was not, or of a check."""

from __future__ import annotations

from collections.abc import Sequence

from assetc.adapters.protocol import Existing, Session
from assetc.compiler.asset import Asset, Check
from assetc.compiler.checks import failing_rows
from assetc.compiler.resolution.resolve_checks import GENERIC_TESTS
from assetc.compiler.selection.members import Selectable
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.steps.project_checks import ProjectChecks
from assetc.runtime.steps.session_answers import SessionAnswers

Rows = tuple[Sequence[str], Sequence[tuple[object, ...]]]
"""The names of the columns, and the rows."""


def rows_query(
    thing: Selectable, compiler: SqlCompiler, session: Session, existing: tuple[Existing, ...]
) -> str | None:
    """The rows of a relation that exists, else of a model's query, or those that a check finds wrong; None if none."""
    match thing:
        case Check():
            return _check_query(thing, compiler)
        case Asset() if not is_built(thing, compiler, existing):
            return _model_query(thing, compiler, session) if thing.kind == "model" else None
        case _:
            return None if thing.relation is None else f"select * from {compiler.adapter.name_of(thing.relation)}"


def limited(query: str, limit: int) -> str:
    """The query with at most so many rows; -1 is all."""
    return query if limit < 0 else f"select * from (\n{query}\n) as assetc_shown limit {limit}"


def is_built(asset: Asset, compiler: SqlCompiler, existing: tuple[Existing, ...]) -> bool:
    """Whether the relation of an asset exists."""
    if asset.relation is None:
        return False
    folded, wanted = compiler.adapter.folded, compiler.adapter.folded(asset.relation)
    return any(folded(each.relation) == wanted for each in existing)


def _check_query(check: Check, compiler: SqlCompiler) -> str:
    if check.kind not in GENERIC_TESTS:
        return ProjectChecks(compiler).rows_query(check).strip().rstrip(";")
    return failing_rows(check, ProjectChecks(compiler).relation_texts(check), compiler.adapter.quote)


def _model_query(asset: Asset, compiler: SqlCompiler, session: Session) -> str:
    return (
        compiler.model(asset, incremental=False, ask=SessionAnswers(session, compiler.adapter)).sql.strip().rstrip(";")
    )
