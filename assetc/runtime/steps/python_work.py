"""The work of Python assets: a body is executed, and what it gives becomes a table or a stored object."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Form, WarehouseError
from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.materialization.build import Content, Query, TableValue
from assetc.compiler.plan import Output, Step
from assetc.definitions.key import AssetKey
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.execution.work import Attempt, Built, LogLevel, Making, StepFailed
from assetc.runtime.python import body_value
from assetc.runtime.python.body import BodyOutput, BodyRequest, find_output, match_inputs, run_body
from assetc.runtime.python.load_upstream import Upstream
from assetc.runtime.python.warehouse_access import WarehouseAccess
from assetc.runtime.steps.tables import Tables
from assetc.runtime.steps.warehouse_fault import failed_statement
from assetc.runtime.values.store import forget_object, save_object
from assetc.runtime.workspace import Workspace

LEVELS: Mapping[int, LogLevel] = {
    logging.DEBUG: "debug",
    logging.INFO: "info",
    logging.WARNING: "warning",
    logging.ERROR: "error",
    logging.CRITICAL: "error",
}


class PythonWork(Struct, frozen=True):
    """What the Python assets of one project do. It is shared by all threads of a run."""

    workspace: Workspace
    compiler: SqlCompiler
    tables: Tables

    def make(self, step: Step, wanted: tuple[Output, ...], attempt: Attempt) -> Generator[Making]:
        """Execute the body once, and give what it made: tables, or objects."""
        read: set[AssetKey] = set()
        with attempt.interruption.body():
            outcome = run_body(self._body_request(wanted, attempt, read))
        self._warn_of_reads(wanted, read, attempt)
        failure = outcome.failure
        for output in wanted:
            found = find_output(output.asset.key, outcome)
            if found is not None and (failure is None or output.asset.step_name):
                yield Making(output, partial(self._store, output, found, attempt, tuple(sorted(read))))
        if failure is not None:
            raise StepFailed(
                _placed(failure.diagnostic, wanted[0].asset),
                transient=failure.transient,
                may_retry=failure.allow_retries,
            ) from failure.error

    def _warn_of_reads(self, wanted: tuple[Output, ...], read: set[AssetKey], attempt: Attempt) -> None:
        """What a body reads and no edge says may be built too late, or not at all; the graph stays as it is."""
        graph, first = self.workspace.graph, wanted[0].asset
        known = {key for output in wanted for key in (output.asset.key, *graph.upstream.get(output.asset.key, ()))}
        for key in sorted(read - known):
            other = graph.assets.get(key)
            if other is None or (other.path, other.step_name) != (first.path, first.step_name or None):
                message = f'{first.key} reads {key}, which only shows while it runs: add deps=["{key}"]'
                fault = diagnostic("W208", message, first.span)
                attempt.log("warning", f"{fault.code} at {fault.span}: {fault.message}")

    def _store(self, output: Output, found: BodyOutput, attempt: Attempt, read: tuple[AssetKey, ...]) -> Built:
        self._refuse_changed_kind(output, found, attempt)
        metadata = [(name, _plain(entry.value)) for name, entry in found.metadata.items()]
        if read:
            metadata.append(("observed_reads", list(map(str, read))))
        version = found.data_version.value if found.data_version else None
        match found.value:
            case body_value.TableValue(value=table):
                built = self._table(output, TableValue(table), attempt)
            case body_value.QueryValue(sql=sql):
                built = self._table(output, Query(sql), attempt)
            case body_value.ObjectValue(value=stored) if stored is not None:
                built = self._object(output, stored, attempt)
            case _:
                self._run_hooks(output, attempt)
                built = Built("none", output.asset.relation)
        return replace(built, data_version=version, metadata=(*built.metadata, *metadata))

    def _refuse_changed_kind(self, output: Output, found: BodyOutput, attempt: Attempt) -> None:
        """An asset that nothing annotates stays the kind that it was first: its readers rely on it."""
        if not found.is_open or output.full_refresh:
            return
        asset = output.asset
        made = attempt.made((asset.key,)).get(asset.key)
        is_table = asset.relation is not None and self.tables.kind(asset.relation, attempt) is not None
        recorded: body_value.ValueKind = "table" if is_table else "nothing"
        if made is not None and made.kind == "object":
            recorded = "object"
        fault = body_value.changed_kind(asset.key, recorded, body_value.kind_of(found.value), asset.span)
        if fault is not None:
            raise StepFailed(fault, may_retry=False)

    def _object(self, output: Output, value: object, attempt: Attempt) -> Built:
        """Store an object. Where a full refresh makes one of what was a table, SQL finds nothing there any more."""
        asset, root = output.asset, self.workspace.root
        if asset.relation is not None and output.full_refresh:
            self.tables.drop(asset.relation, attempt)
        self._run_hooks(output, attempt)
        path = str(save_object(root, asset.key, value).relative_to(root))
        return Built("object", path=path, metadata=(("path", path),))

    def _run_hooks(self, output: Output, attempt: Attempt) -> None:
        with _failing(output.asset):
            self.tables.run_hooks(output, attempt)

    def _table(self, output: Output, content: Content, attempt: Attempt) -> Built:
        with _failing(output.asset):
            built = self.tables.build(output, content, attempt)
        forget_object(self.workspace.root, output.asset.key)
        return built

    def _body_request(self, wanted: tuple[Output, ...], attempt: Attempt, read: set[AssetKey]) -> BodyRequest:
        project, first = self.workspace.project, wanted[0].asset
        access = WarehouseAccess(
            adapter=self.tables.adapter,
            session=attempt.session,
            root=self.workspace.root,
            resolve_sql=lambda sql: self.compiler.resolve_noting(first.key, sql, read),
            resolve_name=lambda written: self.compiler.resolve_name(first.key, written),
            this=first.relation if len(wanted) == 1 else None,
        )
        return BodyRequest(
            keys=tuple(output.asset.key for output in wanted),
            path=first.path,
            root=self.workspace.root,
            run_id=attempt.run_id,
            access=access,
            find_upstream=lambda definition: match_inputs(definition, dict(self._values_of(wanted, attempt))),
            write_log=lambda level, line: attempt.log(LEVELS.get(level, "info"), line),
            resources=project.resources,
            default_load_type=cast("Form", project.settings.default_load_type),
            config=first.config.extra,
            incremental=self.tables.is_incremental(wanted[0], attempt),
        )

    def _values_of(self, wanted: tuple[Output, ...], attempt: Attempt) -> Iterator[tuple[AssetKey, Upstream]]:
        """Where the value of each upstream is: in its relation, or in the store if that is what was recorded."""
        graph = self.workspace.graph
        keys = dict.fromkeys(key for output in wanted for key in graph.upstream.get(output.asset.key, ()))
        made = attempt.made(tuple(keys))
        for key in keys:
            source = graph.sources.get(key)
            if source is not None:
                yield key, Upstream(key, source.relation)
                continue
            is_object = key in made and made[key].kind == "object"
            yield key, Upstream(key, None if is_object else graph.assets[key].relation, self.compiler.ephemeral(key))


@contextmanager
def _failing(asset: Asset) -> Iterator[None]:
    """What the warehouse refuses in here is the failure of this asset."""
    try:
        yield
    except WarehouseError as error:
        raise StepFailed(failed_statement(error, asset, (), None), transient=error.transient) from error


def _placed(problem: Diagnostic, asset: Asset) -> Diagnostic:
    """The diagnostic at the asset, where nothing better than its file is known."""
    return problem if problem.span and problem.span.end else replace(problem, span=asset.span)


def _plain(value: object) -> object:
    """A value of metadata as it is recorded."""
    return str(value) if isinstance(value, AssetKey) else value
