"""The work of Python assets: a body is executed, and what it gives becomes a table or a stored object."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import cast

from msgspec import Struct, field
from msgspec.structs import replace

from assetc.adapters.protocol import Form, WarehouseError
from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.materialization.build import Content, Query, TableValue
from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.key import AssetKey
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.execution.work import Attempt, Built, LogLevel, StepFailed, StepSkipped
from assetc.runtime.python import body_value
from assetc.runtime.python.body import BodyOutcome, BodyOutput, BodyRequest, match_inputs, run_body
from assetc.runtime.python.load_upstream import Upstream
from assetc.runtime.python.shared_bodies import BodyId, SharedBodies, find_output
from assetc.runtime.python.warehouse_access import WarehouseAccess
from assetc.runtime.steps.tables import Tables
from assetc.runtime.steps.warehouse_fault import failed_statement
from assetc.runtime.values.store import forget_object, has_object, save_object
from assetc.runtime.workspace import Workspace

LEVELS: Mapping[int, LogLevel] = {
    logging.DEBUG: "debug",
    logging.INFO: "info",
    logging.WARNING: "warning",
    logging.ERROR: "error",
    logging.CRITICAL: "error",
}


class PythonWork(Struct, frozen=True):
    """What the Python assets of one project do. It is shared by all threads of a run; only `bodies` changes."""

    workspace: Workspace
    compiler: SqlCompiler
    tables: Tables
    bodies: SharedBodies = field(default_factory=SharedBodies)

    def build(self, asset: Asset, attempt: Attempt) -> Built:
        """Execute the body, and keep what it gives: as a table, or as an object."""
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
        built = self._store(asset, output, attempt)
        read = (("observed_reads", list(map(str, outcome.read))),) if outcome.read else ()
        return replace(built, metadata=(*built.metadata, *read))

    def _refuse_changed_kind(self, asset: Asset, output: BodyOutput, attempt: Attempt) -> None:
        """An asset that nothing annotates stays the kind that it was first: its readers rely on it."""
        if not output.is_open or self.tables.refreshes(asset):
            return
        is_table = asset.relation is not None and self.tables.kind(asset.relation, attempt) is not None
        recorded: body_value.ValueKind = "table" if is_table else "nothing"
        recorded = "object" if has_object(self.workspace.root, asset.key) else recorded
        fault = body_value.changed_kind(asset.key, recorded, body_value.kind_of(output.value), asset.span)
        if fault is not None:
            raise StepFailed(fault, may_retry=False)

    def _outcome(self, asset: Asset, attempt: Attempt) -> BodyOutcome:
        """What the body came to; one of several assets is executed once for all of them."""

        def execute() -> BodyOutcome:
            read: set[AssetKey] = set()
            with attempt.interruption.body():
                outcome = run_body(self._body_request(asset, attempt, read))
            self._warn_of_reads(asset, read, attempt)
            return replace(outcome, read=tuple(sorted(read)))

        if not asset.step_name:
            return execute()
        body = BodyId(attempt.run_id, asset.path, asset.step_name, attempt.number)
        return self.bodies.take(body, asset.key, execute)

    def _warn_of_reads(self, asset: Asset, read: set[AssetKey], attempt: Attempt) -> None:
        """What a body reads and no edge tells may be built too late, or not at all; the graph stays as it is."""
        told = {asset.key, *self.workspace.graph.upstream.get(asset.key, ())}
        for key in sorted(read - told):
            other = self.workspace.graph.assets.get(key)
            if other is None or (other.path, other.step_name) != (asset.path, asset.step_name or None):
                message = f'{asset.key} reads {key}, which only shows while it runs: add deps=["{key}"]'
                fault = diagnostic("W208", message, asset.span)
                attempt.log("warning", f"{fault.code} at {fault.span}: {fault.message}")

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
                self._run_hooks(asset, attempt)
                path = save_object(self.workspace.root, asset.key, stored)
                built = Built("pickle", metadata=(("path", str(path.relative_to(self.workspace.root))),))
            case _:
                self._run_hooks(asset, attempt)
                built = Built("none", asset.relation)
        return replace(built, data_version=version, metadata=(*built.metadata, *metadata))

    def _drop_earlier_table(self, asset: Asset, attempt: Attempt) -> None:
        """A full refresh that makes an object of what was a table leaves nothing that SQL could still read."""
        if asset.relation is not None and self.tables.refreshes(asset):
            self.tables.drop(asset.relation, attempt)

    def _run_hooks(self, asset: Asset, attempt: Attempt) -> None:
        with _told(asset):
            self.tables.run_hooks(asset, attempt)

    def _table(self, asset: Asset, content: Content, attempt: Attempt) -> Built:
        with _told(asset):
            built = self.tables.build(asset, content, attempt)
        forget_object(self.workspace.root, asset.key)
        return built

    def _body_request(self, asset: Asset, attempt: Attempt, read: set[AssetKey]) -> BodyRequest:
        project = self.workspace.project
        access = WarehouseAccess(
            adapter=self.tables.adapter,
            session=attempt.session,
            root=self.workspace.root,
            resolve_sql=lambda sql: self.compiler.resolve_noting(asset.key, sql, read),
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
            default_load_type=cast("Form", project.settings.default_load_type),
            config=asset.config.extra,
            incremental=self.tables.is_incremental(asset, attempt),
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


@contextmanager
def _told(asset: Asset) -> Iterator[None]:
    """What the warehouse refuses in here is the step's failure."""
    try:
        yield
    except WarehouseError as error:
        raise StepFailed(failed_statement(error, asset, (), None), transient=error.transient) from error


def _placed(told: Diagnostic, asset: Asset) -> Diagnostic:
    """The diagnostic at the asset, where nothing better than its file is known."""
    return told if told.span and told.span.end else replace(told, span=asset.span)


def _plain(value: object) -> object:
    """A value of metadata as it is recorded."""
    return str(value) if isinstance(value, AssetKey) else value
