"""The work of an open project's steps: SQL models, seeds and Python assets become operations, checks become queries."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Places, Session, WarehouseError
from assetc.adapters.seed_file import read_seed
from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.materialization.build import Query
from assetc.compiler.plan import ExecuteCheck, Output, RunBody, Step
from assetc.compiler.resolution.resolution import not_readable
from assetc.definitions.relation import Relation
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.execution.work import Attempt, Built, Checked, Making, StepFailed
from assetc.runtime.steps.missing_relation import stored_above
from assetc.runtime.steps.project_checks import ProjectChecks
from assetc.runtime.steps.script import hint_for_no_query, read_script, renewed
from assetc.runtime.steps.session_answers import SessionActs
from assetc.runtime.steps.tables import Tables
from assetc.runtime.steps.warehouse_fault import failed_statement
from assetc.runtime.workspace import Workspace

if TYPE_CHECKING:
    from assetc.runtime.steps.python_work import PythonWork


def _identities(steps: Iterable[Step]) -> Iterator[str]:
    """What dbt calls the selected resources."""
    for step in steps:
        yield from (str(output.asset.id) for output in step.makes)
        if isinstance(step.work, ExecuteCheck):
            yield str(step.work.check.id)


class ProjectWork(Struct, frozen=True):
    """What the steps of one project do."""

    workspace: Workspace
    compiler: SqlCompiler
    tables: Tables
    python: PythonWork | None

    @staticmethod
    def of(workspace: Workspace, steps: Iterable[Step]) -> ProjectWork:
        """The work of these steps of an open project."""
        has_bodies = any(isinstance(step.work, RunBody) for step in steps)
        compiler = SqlCompiler.of(workspace, tuple(_identities(steps)))
        tables = Tables.of(compiler)
        if not has_bodies:
            return ProjectWork(workspace, compiler, tables, None)
        from assetc.runtime.steps.python_work import PythonWork

        return ProjectWork(workspace, compiler, tables, PythonWork(workspace, compiler, tables))

    def prepare(self, connection: str, session: Session) -> None:
        """Create the ledgers of the target."""
        if connection == self.workspace.project.target.name:
            self.tables.create_ledgers(session)

    def is_done(self, output: Output, attempt: Attempt) -> bool:
        """Whether the ledger holds the output."""
        return self.tables.is_recorded(output, attempt)

    def check(self, test: ExecuteCheck, attempt: Attempt, relation: Relation | None) -> Checked:
        """Execute a check."""
        return ProjectChecks(self.compiler).execute(test.check, attempt, relation)

    def make(self, step: Step, wanted: tuple[Output, ...], attempt: Attempt) -> Generator[Making]:
        """Bring assets up to date."""
        if isinstance(step.work, RunBody) and self.python is not None:
            with renewed(attempt.session):
                yield from self.python.make(step, wanted, attempt)
            return
        for output in wanted:
            yield Making(output, partial(self._build, output, attempt))

    def _build(self, output: Output, attempt: Attempt) -> Built:
        asset = output.asset
        if asset.kind == "seed":
            keeps_zeros = self.workspace.project.rules.keeps_zeros
            path, separator = self.workspace.root / asset.path, asset.config.separator
            seed = read_seed(path, asset.path, separator, keeps_zeros=keeps_zeros)
            try:
                return self.tables.build(output, seed, attempt)
            except WarehouseError as error:
                fault = failed_statement(error, asset, (), self.workspace.files.text)
                raise StepFailed(fault, transient=error.transient) from error
        self._check_readable(asset, attempt)
        incremental = self.tables.is_incremental(output, attempt)
        ask = SessionActs(attempt.session, self.workspace.adapter)
        compiled = self.compiler.model(asset, incremental=incremental, ask=ask)
        problems = compiled.rendered.problems
        attempt.pass_on(compiled.rendered.logs, problems if problems and self.compiler.needs_warehouse(asset) else ())
        script = read_script(asset, compiled.sql, self.workspace.adapter.dialect)
        query = script.query
        if query is None:
            raise StepFailed(diagnostic("E111", "the model is empty", asset.span))
        try:
            with renewed(attempt.session) if script.asset is not asset else nullcontext():
                return self.tables.build(replace(output, asset=script.asset), Query(query.sql), attempt)
        except WarehouseError as error:

            def places_of(offset: int, length: int) -> Places | None:
                return compiled.places(offset + query.start, length) if offset + query.start >= 0 else None

            read_text = self.workspace.files.text
            stored = stored_above(self.workspace.graph, (asset.key,))
            fault = failed_statement(error, script.asset, stored, read_text, places_of)
            fault = replace(fault, hint=hint_for_no_query(query) or fault.hint)
            raise StepFailed(fault, transient=error.transient) from error

    def _upstream(self, asset: Asset) -> Iterator[Asset]:
        graph = self.workspace.graph
        return (graph.assets[key] for key in graph.upstream.get(asset.key, ()) if key in graph.assets)

    def _check_readable(self, asset: Asset, attempt: Attempt) -> None:
        """A Python asset without annotation may have become an object, of which the warehouse knows nothing."""
        bodies = {upstream.key: upstream for upstream in self._upstream(asset) if upstream.kind == "python"}
        if not bodies:
            return
        makes_tables = {key for key, _ in self.workspace.compilation.written}
        made = attempt.made(tuple(key for key in bodies if key not in makes_tables))
        objects = {key for key, found in made.items() if found.kind == "object"}
        for edge in self.workspace.graph.edges if objects else ():
            if edge.down == asset.key and edge.up in objects and edge.kind in ("ref", "sql"):
                raise StepFailed(not_readable(bodies[edge.up], edge.span))
