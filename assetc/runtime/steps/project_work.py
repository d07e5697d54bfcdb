"""The work of an open project's steps: SQL models, seeds and Python assets become operations, checks become queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Session, WarehouseError
from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.materialization.build import CsvFile, Query
from assetc.compiler.plan import BuildStep, CheckStep
from assetc.compiler.resolution.not_readable import not_readable
from assetc.definitions.relation import Relation
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.execution.work import Attempt, Built, Checked, StepFailed
from assetc.runtime.steps.project_checks import ProjectChecks
from assetc.runtime.steps.script import hint_for_no_query, read_script, renewed
from assetc.runtime.steps.session_answers import SessionActs
from assetc.runtime.steps.tables import Tables
from assetc.runtime.steps.warehouse_fault import failed_statement
from assetc.runtime.values.store import has_object
from assetc.runtime.workspace import Workspace

if TYPE_CHECKING:
    from assetc.runtime.steps.python_work import PythonWork


class ProjectWork(Struct, frozen=True):
    """What the steps of one project do."""

    workspace: Workspace
    compiler: SqlCompiler
    tables: Tables
    python: PythonWork | None

    @staticmethod
    def of(workspace: Workspace, *, full_refresh: bool, has_bodies: bool) -> ProjectWork:
        """The work of an open project; `has_bodies`: whether that of Python assets belongs to it."""
        compiler = SqlCompiler.of(workspace)
        tables = Tables(compiler, full_refresh)
        if not has_bodies:
            return ProjectWork(workspace, compiler, tables, None)
        from assetc.runtime.steps.python_work import PythonWork

        return ProjectWork(workspace, compiler, tables, PythonWork(workspace, compiler, tables))

    def prepare(self, session: Session) -> None:
        """Create the ledgers."""
        self.tables.create_ledgers(session)

    def is_done(self, step: BuildStep, attempt: Attempt) -> bool:
        """Whether the ledger holds the step."""
        return self.tables.is_recorded(step, attempt)

    def check(self, step: CheckStep, attempt: Attempt, relation: Relation | None) -> Checked:
        """Execute a check."""
        return ProjectChecks(self.compiler).execute(step.check, attempt, relation)

    def build(self, step: BuildStep, attempt: Attempt) -> Built:
        """Bring an asset up to date."""
        asset = step.asset
        if asset.kind == "python" and self.python is not None:
            # What one body makes for several assets may still lie in its session.
            with nullcontext() if asset.step_name else renewed(attempt.session):
                return self.python.build(asset, attempt)
        if asset.kind == "seed":
            path = str(self.workspace.root / asset.path)
            return self.tables.build(asset, CsvFile(path, asset.path), attempt)
        return self._build_model(asset, attempt)

    def _build_model(self, asset: Asset, attempt: Attempt) -> Built:
        self._check_readable(asset)
        incremental = self.tables.is_incremental(asset, attempt)
        ask = SessionActs(attempt.session, self.workspace.adapter)
        compiled = self.compiler.model(asset, incremental=incremental, ask=ask)
        known_before = not self.compiler.needs_warehouse(asset)
        attempt.hear(compiled.rendered.logs, () if known_before else compiled.rendered.problems)
        script = read_script(asset, compiled.sql, self.workspace.adapter.dialect)
        query = script.query
        if query is None:
            raise StepFailed(diagnostic("E111", "the model is empty", asset.span))
        try:
            with renewed(attempt.session) if script.asset is not asset else nullcontext():
                return self.tables.build(script.asset, Query(query.sql), attempt)
        except WarehouseError as error:
            fault = failed_statement(
                error, asset, self._upstream(asset), lambda offset, length: compiled.place(offset + query.start, length)
            )
            fault = replace(fault, hint=hint_for_no_query(query) or fault.hint)
            raise StepFailed(fault, transient=error.transient) from error

    def _upstream(self, asset: Asset) -> Iterator[Asset]:
        graph = self.workspace.graph
        return (graph.assets[key] for key in graph.upstream.get(asset.key, ()) if key in graph.assets)

    def _check_readable(self, asset: Asset) -> None:
        """A Python asset without annotation may have become an object, of which the warehouse knows nothing."""
        bodies = [upstream for upstream in self._upstream(asset) if upstream.kind == "python"]
        makes_tables = {key for key, _ in self.workspace.compilation.written} if bodies else ()
        for upstream in bodies:
            if upstream.key in makes_tables or not has_object(self.workspace.root, upstream.key):
                continue
            for edge in self.workspace.graph.edges:
                if (edge.down, edge.up) == (asset.key, upstream.key) and edge.kind in ("ref", "sql"):
                    raise StepFailed(not_readable(upstream, edge.span))
