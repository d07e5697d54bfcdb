"""The work of Python assets: a body is executed, and what it gives becomes a table or a stored object."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.graph import arguments_of
from assetc.compiler.plan import Output, Step
from assetc.definitions.errors import AssetcError
from assetc.definitions.key import AssetKey
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.execution.work import Attempt, Built, LogLevel, Making, StepFailed
from assetc.runtime.python.body import BodyFailed, BodyRequest, run_body
from assetc.runtime.python.body_failure import BodyFailure, failure_of
from assetc.runtime.python.call import makings
from assetc.runtime.python.load_upstream import Upstream
from assetc.runtime.python.match_inputs import match_inputs
from assetc.runtime.python.pass_values import Known, Values, store_output
from assetc.runtime.python.produced import Produced
from assetc.runtime.python.warehouse_access import WarehouseAccess
from assetc.runtime.steps.project_values import ProjectIOManager
from assetc.runtime.steps.tables import Tables
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
        manager = self._manager(wanted, attempt, read)
        request = self._body_request(wanted, manager, attempt)

        def store(output: Output, produced: Produced) -> Built:
            with self._failing(output.asset):
                built, _ = store_output(produced, output.asset.key, step.id, request.values)
            if not produced.stores_value:
                built = replace(built, relation=manager.keep_nothing(output).relation)
            seen = (("observed_reads", list(map(str, sorted(read)))),) if read else ()
            return replace(built, metadata=(*built.metadata, *seen))

        with self._failing(wanted[0].asset), closing(run_body(request)) as items:
            yield from makings(_interruptible(items, attempt), wanted, store)
        self._warn_of_reads(wanted, read, attempt)

    @contextmanager
    def _failing(self, asset: Asset) -> Iterator[None]:
        """What the body raises, or what is wrong with the value that it returned, is the failure of its step."""
        try:
            yield
        except BodyFailed as error:
            raise _step_failed(error.failure, asset) from error.failure.error
        except AssetcError as error:
            raise _step_failed(failure_of(error, self.workspace.root, asset.path), asset) from error

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

    def _manager(self, wanted: tuple[Output, ...], attempt: Attempt, read: set[AssetKey]) -> ProjectIOManager:
        first = wanted[0].asset
        access = WarehouseAccess(
            adapter=self.tables.adapter,
            session=attempt.session,
            root=self.workspace.root,
            resolve_sql=lambda sql: self.compiler.resolve_noting(first.key, sql, read),
            resolve_name=lambda call, written: self.compiler.resolve_name(first.key, call, written),
            this=first.relation if len(wanted) == 1 else None,
        )
        outputs = {output.asset.key: output for output in wanted}
        return ProjectIOManager(self.tables, attempt, access, outputs, dict(self._upstream(wanted, attempt)))

    def _body_request(self, wanted: tuple[Output, ...], manager: ProjectIOManager, attempt: Attempt) -> BodyRequest:
        first = wanted[0].asset
        arguments = arguments_of(self.workspace.graph, (output.asset.key for output in wanted))
        return BodyRequest(
            keys=tuple(output.asset.key for output in wanted),
            path=first.path,
            root=self.workspace.root,
            access=manager.access,
            values=Values(attempt.run_id, _known, {}, logging.getLogger("assetc"), manager),
            find_inputs=lambda definition: match_inputs(definition, arguments),
            write_log=lambda level, line: attempt.log(LEVELS.get(level, "info"), line),
            resources=self.workspace.project.resources,
            config=first.config.extra,
            incremental=self.tables.is_incremental(wanted[0], attempt),
        )

    def _upstream(self, wanted: tuple[Output, ...], attempt: Attempt) -> Iterator[tuple[AssetKey, Upstream]]:
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


def _interruptible(items: Iterator[Produced], attempt: Attempt) -> Iterator[Produced]:
    """The outputs of a body, whose own code can be interrupted, but never the storing between two of them."""
    while True:
        with attempt.interruption.body():
            produced = next(items, None)
        if produced is None:
            return
        yield produced


def _known(key: AssetKey) -> Known:
    """What the manager is told of an upstream, which it finds by its key."""
    return Known(key.to_python_identifier())


def _step_failed(failure: BodyFailure, asset: Asset) -> StepFailed:
    """The failure, at the asset where nothing better than its file is known."""
    problem = failure.diagnostic
    problem = problem if problem.span and problem.span.end else replace(problem, span=asset.span)
    allowed, metadata = failure.allow_retries, failure.metadata
    return StepFailed(problem, transient=failure.transient, may_retry=allowed, metadata=metadata)
