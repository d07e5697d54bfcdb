"""The query that shows rows: of what was built, of a model that was not, or of a check."""

from __future__ import annotations

from collections.abc import Sequence

from assetc.adapters.protocol import Existing, Session
from assetc.compiler.asset import Asset, Check, Graph
from assetc.compiler.checks import failing_rows
from assetc.compiler.resolution.resolve_checks import GENERIC_TESTS
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.steps.project_checks import ProjectChecks

Rows = tuple[Sequence[str], Sequence[tuple[object, ...]]]
"""The names of the columns, and the rows."""


def check_rows_query(check: Check, compiler: SqlCompiler) -> str:
    """The rows that a check finds wrong."""
    if check.kind not in GENERIC_TESTS:
        return ProjectChecks(compiler).rows_query(check).strip().rstrip(";")
    return failing_rows(check, ProjectChecks(compiler).relation_texts(check), compiler.adapter.quote)


def asset_rows_query(
    key: AssetKey, compiler: SqlCompiler, session: Session, existing: tuple[Existing, ...]
) -> str | None:
    """The rows of the relation if it was built, else of the model's query; None if there are no rows to show."""
    graph = compiler.workspace.graph
    relation = _relation(graph, key)
    if relation is not None and (key in graph.sources or _exists(relation, compiler, existing)):
        return f"select * from {compiler.adapter.name_of(relation)}"
    asset = graph.assets.get(key)
    return None if asset is None or asset.kind != "model" else _model_query(asset, compiler, session)


def limited(query: str, limit: int) -> str:
    """The query with at most so many rows; -1 is all."""
    return query if limit < 0 else f"select * from (\n{query}\n) as assetc_shown limit {limit}"


def _exists(relation: Relation, compiler: SqlCompiler, existing: tuple[Existing, ...]) -> bool:
    folded = compiler.adapter.folded
    return any(folded(each.relation) == folded(relation) for each in existing)


def _relation(graph: Graph, key: AssetKey) -> Relation | None:
    return graph.assets[key].relation if key in graph.assets else graph.sources[key].relation


def _model_query(asset: Asset, compiler: SqlCompiler, session: Session) -> str:
    return compiler.model(asset, incremental=False, session=session).sql.strip().rstrip(";")
