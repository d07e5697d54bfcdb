"""The query that shows rows: of what was built, of a model that was not, or of a check."""

from __future__ import annotations

from collections.abc import Sequence

from assetc.adapters.protocol import Existing, Session, WarehouseError
from assetc.cli.opening import Opened
from assetc.cli.stop import BAD_INPUT, FAILED, Stopped
from assetc.cli.text.output import say_problems
from assetc.compiler.asset import Asset, Check
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.names.names import Ref
from assetc.compiler.names.target_names import NOBODY
from assetc.compiler.resolution.resolution import Resolution
from assetc.compiler.resolution.resolve_declared import resolve_ref, resolve_source
from assetc.compiler.selection.members import Selectable
from assetc.compiler.sql.split import split_statements
from assetc.compiler.template.rendered import Rendered
from assetc.compiler.template.surroundings import Template
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.execution.work import StepFailed
from assetc.runtime.steps.missing_relation import stored_in
from assetc.runtime.steps.project_checks import ProjectChecks
from assetc.runtime.steps.session_answers import SessionAnswers
from assetc.runtime.steps.warehouse_fault import failed_query

Rows = tuple[Sequence[str], Sequence[tuple[object, ...]]]
"""The names of the columns, and the rows."""


def rows_query(
    thing: Selectable, compiler: SqlCompiler, session: Session, existing: tuple[Existing, ...]
) -> str | None:
    """The rows of a relation that exists, else of a model's query, or those that a check finds wrong; None if none."""
    match thing:
        case Check():
            return ProjectChecks(compiler).rows_query(thing).strip().rstrip(";")
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


def _model_query(asset: Asset, compiler: SqlCompiler, session: Session) -> str:
    return (
        compiler.model(asset, incremental=False, ask=SessionAnswers(session, compiler.adapter)).sql.strip().rstrip(";")
    )


INLINE = "--inline"
"""What is given in place of the file's name."""


def inline_rows(opened: Opened, compiler: SqlCompiler, session: Session, text: str, limit: int) -> Rows:
    """The rows of a query that is a template, in which plain names mean assets. Says what is wrong and stops."""
    try:
        compiled = compiler.inline(Template(INLINE, text), SessionAnswers(session, compiler.adapter))
    except StepFailed as failed:
        raise _stopped(opened, text, [failed.diagnostic]) from failed
    faults = _faults(compiler, compiled.rendered)
    statements = [each for each in split_statements(compiled.sql, compiler.adapter.dialect) if each.sql.strip()]
    if len(statements) != 1:
        what = "is empty" if not statements else "has several statements"
        faults = [*faults, diagnostic("E111", f"the query {what}", compiled.place(0), hint="Give one query")]
    if faults:
        raise _stopped(opened, text, faults)
    query = limited(statements[0].sql, limit)
    try:
        return session.query(query)
    except WarehouseError as error:
        offset = max((error.position or 0) - query.index(statements[0].sql), 0)
        place = compiled.place(statements[0].start + offset)
        graph = compiler.workspace.graph
        fault = failed_query(error, query, stored_in(graph, graph.upstream), place)
        raise _stopped(opened, text, [fault], FAILED) from error


def _faults(compiler: SqlCompiler, rendered: Rendered) -> list[Diagnostic]:
    """What its `ref()` and `source()` name, and does not exist."""
    workspace = compiler.workspace
    resolution = Resolution(workspace.project, compiler.names, workspace.graph.assets)
    for call in rendered.references:
        if call.kind == "ref":
            resolve_ref(resolution, NOBODY, Ref.of(call.arguments, call.version), call.span, call.certainty)
        elif call.kind == "source":
            resolve_source(resolution, NOBODY, call.arguments, call.span, call.certainty)
    return [problem for problem in resolution.problems if problem.severity == "error"]


def _stopped(opened: Opened, text: str, faults: list[Diagnostic], code: int = BAD_INPUT) -> Stopped:
    def read(path: str) -> str | None:
        return text if path == INLINE else opened.text_of(path)

    say_problems(opened.output, faults, read)
    return Stopped(code)
