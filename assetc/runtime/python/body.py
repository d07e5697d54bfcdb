"""Execute the body of one Python asset of a project: its inputs in, its outputs out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct, field

from assetc.compiler.materialization.build import Query
from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.asset_out import AssetOutput
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey
from assetc.definitions.output import DEFAULT_OUTPUT
from assetc.definitions.signature import Missing
from assetc.definitions.spec import AssetSpec
from assetc.project.python.model_module import project_imports
from assetc.runtime.python.body_context import Services
from assetc.runtime.python.body_failure import BodyFailure, failure_of
from assetc.runtime.python.call import produce
from assetc.runtime.python.captured_prints import captured_prints
from assetc.runtime.python.connection import BodyConnection
from assetc.runtime.python.dbt_model import DbtModel, DbtObject
from assetc.runtime.python.find_body import AnyBody, find_body
from assetc.runtime.python.match_inputs import ends_with
from assetc.runtime.python.pass_values import Values, load_inputs
from assetc.runtime.python.produced import Produced
from assetc.runtime.python.resources import Resources, missing_resources
from assetc.runtime.python.warehouse_access import WarehouseAccess

WriteLog: TypeAlias = Callable[[int, str], None]
FindInputs: TypeAlias = Callable[[AssetsDefinition], Mapping[str, AssetKey]]


class BodyRequest(Struct, frozen=True):
    """One body to execute for some of its assets, and everything that it may reach.

    `find_inputs` gives the key that each parameter of the definition receives (see `match_inputs`); a parameter that
    it leaves out is no upstream. `write_log` receives a level of `logging` and a line. `config` and `incremental` are
    for dbt models.
    """

    keys: tuple[AssetKey, ...]
    path: str
    root: Path
    access: WarehouseAccess
    values: Values
    find_inputs: FindInputs
    write_log: WriteLog
    resources: Mapping[str, object] = field(default_factory=dict)
    config: Mapping[str, object] = field(default_factory=dict)
    incremental: bool = False


class BodyFailed(Exception):  # noqa: N818  the user's code is at fault
    """A body raised something; `failure` says what, and where."""

    def __init__(self, failure: BodyFailure) -> None:
        super().__init__(failure.diagnostic.message)
        self.failure = failure


def run_body(request: BodyRequest) -> Generator[Produced]:
    """Give the outputs of a body as they come. What the user's code raises is a BodyFailed."""
    with project_imports(request.root), captured_prints(lambda line: request.write_log(logging.INFO, line)):
        try:
            body = find_body(request.root, request.path, request.keys[0])
        except (Exception, SystemExit) as error:  # a user's file may raise anything when it is imported
            raise BodyFailed(failure_of(error, request.root, request.path, importing=True)) from error
        try:
            yield from _run(body, request)
        except (Exception, SystemExit) as error:  # and so may its bodies
            raise BodyFailed(failure_of(error, request.root, request.path)) from error


def _run(body: AnyBody, request: BodyRequest) -> Iterator[Produced]:
    if isinstance(body, DbtModel):
        dbt = DbtObject(request.access, request.config, incremental=request.incremental)
        yield Produced(_only_output(body.key), body.body(dbt, BodyConnection(request.access)), stores_value=True)
        return
    if body.sql is not None:
        yield Produced(body.outputs[0], Query(request.access.resolve_sql(body.sql)), stores_value=True)
        return
    missing = list(missing_resources(body, request.resources))
    if missing:
        raise InvalidDefinitionError("; ".join(missing), code="E109")
    services = Services(request.values.run_id, _logger(request.write_log), Resources(request.resources), request.access)
    loaded = dict(load_inputs(body.inputs, request.find_inputs(body), request.values))
    yield from produce(body, _wanted(body, request.keys), loaded, services)


def _only_output(key: AssetKey) -> AssetOutput:
    """The output of a model of dbt."""
    return AssetOutput(DEFAULT_OUTPUT, AssetSpec(key), Missing, is_required=True, stores_value=True)


def _wanted(body: AssetsDefinition, keys: tuple[AssetKey, ...]) -> frozenset[AssetKey]:
    """The keys, as the definition names them, that the body is asked for: a part only if it can make one."""
    if not body.can_subset:
        return body.keys
    return frozenset(key for key in body.keys if any(ends_with(each, key.parts) for each in keys))


def _logger(write_log: WriteLog) -> logging.Logger:
    """A logger of its own for one step; nothing of it is registered anywhere."""
    logger = logging.Logger("assetc.body", logging.DEBUG)
    logger.addHandler(_Handler(write_log))
    return logger


class _Handler(logging.Handler):
    """Hands each record to the step's log."""

    def __init__(self, write_log: WriteLog) -> None:
        super().__init__()
        self._write_log = write_log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        self._write_log(record.levelno, self.format(record))
