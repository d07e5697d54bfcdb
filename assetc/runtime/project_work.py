"""The work of an open project's steps: SQL models, seeds and Python assets become operations, checks become queries."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import cast

from assetc.adapters.perform import Listener, perform
from assetc.adapters.protocol import Adapter, Session, WarehouseError
from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.materialization.build import Build, Content, CsvFile, Query, TableValue, ledger_for
from assetc.compiler.materialization.materialize import materialize
from assetc.compiler.not_readable import not_readable
from assetc.compiler.operation import CreateLedger, Drop, RelationKind
from assetc.compiler.plan import BuildStep, CheckStep
from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.project_checks import ProjectChecks
from assetc.runtime.python import body_value
from assetc.runtime.python.body import BodyOutcome, BodyOutput, BodyRequest, match_inputs, run_body
from assetc.runtime.python.load_upstream import Upstream
from assetc.runtime.python.query_result import BodySession
from assetc.runtime.python.shared_bodies import BodyId, SharedBodies, find_output
from assetc.runtime.python.warehouse_access import WarehouseAccess
from assetc.runtime.script import read_script, renewed
from assetc.runtime.values.store import forget_object, has_object, save_object
from assetc.runtime.warehouse_fault import failed_statement
from assetc.runtime.work import Attempt, Built, Checked, LogLevel, StepFailed, StepSkipped
from assetc.runtime.workspace import Workspace

LEVELS: Mapping[int, LogLevel] = {
    logging.DEBUG: "debug",
    logging.INFO: "info",
    logging.WARNING: "warning",
    logging.ERROR: "error",
    logging.CRITICAL: "error",
}


@dataclass(frozen=True, slots=True)
class ProjectWork:
    """What the steps of one project do. It is shared by all threads of a run; only `bodies` changes."""

    workspace: Workspace
    compiler: SqlCompiler
    checks: ProjectChecks
    full_refresh: bool
    bodies: SharedBodies

    @staticmethod
    def of(workspace: Workspace, *, full_refresh: bool) -> ProjectWork:
        """The work of an open project."""
        compiler = SqlCompiler.of(workspace)
        return ProjectWork(workspace, compiler, ProjectChecks(compiler), full_refresh, SharedBodies())

    @property
    def adapter(self) -> Adapter:
        """The adapter of the target."""
        return self.workspace.adapter

    def ledgers(self) -> tuple[Relation, ...]:
        """The ledgers of the target: one in each database, so that one transaction can write it with the data.

        A dbt project gets no table that its author did not ask for, unless `flags: {ledger: true}` does.
        """
        relations = (asset.relation for asset in self.workspace.graph.assets.values() if asset.relation)
        found = (self._ledger(relation) for relation in relations)
        return tuple(dict.fromkeys(ledger for ledger in found if ledger is not None))

    def prepare(self, session: Session) -> None:
        """Create the ledgers."""
        for ledger in self.ledgers():
            for statement in self.adapter.render(CreateLedger(ledger)):
                session.execute(statement)

    def _ledger(self, relation: Relation) -> Relation | None:
        project = self.workspace.project
        is_wanted = project.flavor == "native" or project.flags.get("ledger") is True
        return ledger_for(relation, project.target.schema) if is_wanted else None

    def is_done(self, step: BuildStep, attempt: Attempt) -> bool:
        """Whether the ledger holds the step."""
        ledger = self._ledger(step.asset.relation) if step.asset.relation else None
        if ledger is None:
            return False
        _, rows = attempt.session.query(self.adapter.ledger_query(ledger, (attempt.ledger_id,)))
        return bool(rows)

    def check(self, step: CheckStep, attempt: Attempt, relation: Relation | None) -> Checked:
        """Execute a check."""
        return self.checks.execute(step.check, attempt.session, relation)

    def build(self, step: BuildStep, attempt: Attempt) -> Built:
        """Bring an asset up to date."""
        asset = self._with_hooks(step.asset, attempt)
        if asset.kind == "python":
            with renewed(attempt.session):
                return self._build_python(asset, attempt)
        if asset.kind == "seed":
            path = str(self.workspace.root / asset.path)
            return self._materialize(asset, CsvFile(path, asset.path), attempt)
        return self._build_model(asset, attempt)

    def _with_hooks(self, asset: Asset, attempt: Attempt) -> Asset:
        config = self.compiler.hooks(asset, incremental=self._is_incremental(asset, attempt), session=attempt.session)
        return asset if config is asset.config else replace(asset, config=config)

    def _is_incremental(self, asset: Asset, attempt: Attempt) -> bool:
        """Whether rows are added to what is there already."""
        if asset.config.materialized != "incremental" or asset.relation is None or self._refreshes(asset):
            return False
        return self._kind(asset.relation, attempt) == "table"

    # Models

    def _build_model(self, asset: Asset, attempt: Attempt) -> Built:
        self._check_readable(asset)
        incremental = self._is_incremental(asset, attempt)
        compiled = self.compiler.model(asset, incremental=incremental, session=attempt.session)
        script = read_script(asset, compiled.sql, self.adapter.dialect)
        query = script.query
        if query is None:
            raise StepFailed(diagnostic("E111", "the model is empty", asset.span))
        try:
            with renewed(attempt.session) if script.asset is not asset else nullcontext():
                return self._materialize(script.asset, Query(query.sql), attempt)
        except WarehouseError as error:
            raise StepFailed(
                failed_statement(error, asset, lambda offset, length: compiled.place(offset + query.start, length)),
                transient=error.transient,
            ) from error

    def _check_readable(self, asset: Asset) -> None:
        """A Python asset without annotation may have become an object, of which the warehouse knows nothing."""
        graph, root = self.workspace.graph, self.workspace.root
        for key in graph.upstream.get(asset.key, ()):
            upstream = graph.assets.get(key)
            if upstream is not None and upstream.kind == "python" and has_object(root, key):
                edges = (edge for edge in graph.edges if (edge.down, edge.up) == (asset.key, key))
                for edge in edges:
                    if edge.kind in ("ref", "sql"):
                        raise StepFailed(not_readable(upstream, edge.span))

    def _refreshes(self, asset: Asset) -> bool:
        return self.full_refresh if asset.config.full_refresh is None else asset.config.full_refresh

    def _kind(self, relation: Relation, attempt: Attempt) -> RelationKind | None:
        """What stands at a relation, whatever the case in which its name is written."""
        return attempt.relations.kind_of(self.adapter.folded(relation))

    def _relation(self, asset: Asset) -> Relation:
        if asset.relation is None:
            raise StepFailed(diagnostic("E302", f"{asset.key} has no relation to build", asset.span))
        return asset.relation

    def _materialize(self, asset: Asset, content: Content, attempt: Attempt) -> Built:
        relation = self._relation(asset)
        build = Build(
            relation=relation,
            content=content,
            config=asset.config,
            abilities=self.adapter.abilities,
            step_id=attempt.ledger_id,
            existing=self._kind(relation, attempt),
            full_refresh=self.full_refresh,
            ledger=self._ledger(relation),
            columns=asset.columns,
            span=asset.span,
        )
        listener = Listener(
            send=lambda statement: attempt.log("debug", statement.sql),
            check=attempt.inspect,
            report=lambda fault: attempt.log("warning", f"{fault.code} at {fault.span or asset.span}: {fault.message}"),
        )
        rows = perform(materialize(build), self.adapter, attempt.session, listener)
        kind: RelationKind = "view" if asset.config.materialized == "view" else "table"
        attempt.relations.put(self.adapter.folded(relation), kind)
        return Built(kind, relation, rows)

    # Python assets

    def _build_python(self, asset: Asset, attempt: Attempt) -> Built:
        outcome = self._outcome(asset, attempt)
        output = find_output(asset.key, outcome)
        if outcome.failure is not None and (output is None or not asset.step_name):
            raise StepFailed(
                _placed(outcome.failure.diagnostic, asset),
                transient=outcome.failure.transient,
                may_retry=outcome.failure.allow_retries,
            ) from outcome.failure.error
        if output is None:
            raise StepSkipped("its body made nothing this time")
        self._refuse_changed_kind(asset, output, attempt)
        return self._store(asset, output, attempt)

    def _refuse_changed_kind(self, asset: Asset, output: BodyOutput, attempt: Attempt) -> None:
        """An asset that nothing annotates stays the kind that it was first: its readers rely on it."""
        if not output.is_open or self._refreshes(asset):
            return
        is_table = asset.relation is not None and self._kind(asset.relation, attempt) is not None
        recorded: body_value.ValueKind = "table" if is_table else "nothing"
        recorded = "object" if has_object(self.workspace.root, asset.key) else recorded
        fault = body_value.changed_kind(asset.key, recorded, body_value.kind_of(output.value), asset.span)
        if fault is not None:
            raise StepFailed(fault, may_retry=False)

    def _outcome(self, asset: Asset, attempt: Attempt) -> BodyOutcome:
        """What the body came to; one of several assets is executed once for all of them."""

        def execute() -> BodyOutcome:
            with attempt.interruption.body():
                return run_body(self._body_request(asset, attempt))

        if not asset.step_name:
            return execute()
        body = BodyId(attempt.run_id, asset.path, asset.step_name, attempt.number)
        return self.bodies.take(body, asset.key, execute)

    def _store(self, asset: Asset, output: BodyOutput, attempt: Attempt) -> Built:
        metadata = tuple((name, _plain(found.value)) for name, found in output.metadata.items())
        version = output.data_version.value if output.data_version else None
        match output.value:
            case body_value.TableValue(value=table):
                built = self._table(asset, TableValue(table), attempt)
            case body_value.QueryValue(sql=sql):
                built = self._table(asset, Query(sql), attempt)
            case body_value.ObjectValue(value=stored) if stored is not None:
                self._drop_earlier_table(asset, attempt)
                path = save_object(self.workspace.root, asset.key, stored)
                built = Built("pickle", metadata=(("path", str(path.relative_to(self.workspace.root))),))
            case _:
                built = Built("none", asset.relation)
        return replace(built, data_version=version, metadata=(*built.metadata, *metadata))

    def _drop_earlier_table(self, asset: Asset, attempt: Attempt) -> None:
        """A full refresh that makes an object of what was a table leaves nothing that SQL could still read."""
        relation = asset.relation and self.adapter.folded(asset.relation)
        kind = attempt.relations.kind_of(relation) if relation and self._refreshes(asset) else None
        if relation and kind:
            for statement in self.adapter.render(Drop(relation, kind)):
                attempt.session.execute(statement)
            attempt.relations.remove(relation)

    def _table(self, asset: Asset, content: Content, attempt: Attempt) -> Built:
        try:
            built = self._materialize(asset, content, attempt)
        except WarehouseError as error:
            raise StepFailed(failed_statement(error, asset, None), transient=error.transient) from error
        forget_object(self.workspace.root, asset.key)
        return built

    def _body_request(self, asset: Asset, attempt: Attempt) -> BodyRequest:
        project = self.workspace.project
        access = WarehouseAccess(
            adapter=self.adapter,
            session=cast("BodySession", attempt.session),  # a warehouse that runs Python assets can do both
            root=self.workspace.root,
            resolve_sql=lambda sql: self.compiler.resolve_sql(asset.key, sql),
            resolve_name=lambda written: self.compiler.resolve_name(asset.key, written),
            this=asset.relation,
        )
        return BodyRequest(
            key=asset.key,
            path=asset.path,
            root=self.workspace.root,
            run_id=attempt.run_id,
            access=access,
            find_upstream=lambda definition: self._upstream(asset, definition),
            write_log=lambda level, line: attempt.log(LEVELS.get(level, "info"), line),
            resources=project.resources,
            config=asset.config.extra,
            incremental=self._is_incremental(asset, attempt),
        )

    def _upstream(self, asset: Asset, definition: AssetsDefinition) -> Mapping[str, Upstream]:
        return match_inputs(definition, dict(self._values_of(asset)))

    def _values_of(self, asset: Asset) -> Iterator[tuple[AssetKey, Upstream]]:
        """Where the value of each upstream is: in the store if it was put there, else in its relation."""
        graph = self.workspace.graph
        for key in graph.upstream.get(asset.key, ()):
            source = graph.sources.get(key)
            if source is not None:
                yield key, Upstream(key, source.relation)
                continue
            upstream = graph.assets[key]
            stored = upstream.kind == "python" and has_object(self.workspace.root, key)
            yield key, Upstream(key, None if stored else upstream.relation, self.compiler.ephemeral(key))


def _placed(told: Diagnostic, asset: Asset) -> Diagnostic:
    """The diagnostic at the asset, where nothing better than its file is known."""
    return told if told.span and told.span.end else replace(told, span=asset.span)


def _plain(value: object) -> object:
    """A value of metadata as it is recorded."""
    return str(value) if isinstance(value, AssetKey) else value
