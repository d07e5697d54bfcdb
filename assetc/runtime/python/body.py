"""Execute the body of one Python asset of a project: its inputs in, its outputs out, nothing raised."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias, cast, get_args

from msgspec import Struct, field

from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.form import Form
from assetc.definitions.key import AssetKey
from assetc.definitions.metadata import Metadata, to_metadata
from assetc.definitions.nearest import and_nearest
from assetc.definitions.output import DataVersion
from assetc.definitions.signature import Missing
from assetc.project.python.model_module import project_imports
from assetc.runtime.python.body_context import BodyContext, Services
from assetc.runtime.python.body_failure import BodyFailure, failure_of
from assetc.runtime.python.body_value import BodyValue, NoValue, QueryValue, is_open_kind, to_body_value
from assetc.runtime.python.call import call_body
from assetc.runtime.python.captured_prints import captured_prints
from assetc.runtime.python.connection import BodyConnection
from assetc.runtime.python.dbt_model import DbtModel, DbtObject
from assetc.runtime.python.find_body import AnyBody, find_body
from assetc.runtime.python.load_upstream import Upstream, load_upstream
from assetc.runtime.python.produced import Produced, outputs_of
from assetc.runtime.python.requirements import missing_resources
from assetc.runtime.python.resources import Resources
from assetc.runtime.python.services import service_values
from assetc.runtime.python.warehouse_access import WarehouseAccess

WriteLog: TypeAlias = Callable[[int, str], None]
FindUpstream: TypeAlias = Callable[[AssetsDefinition], Mapping[str, Upstream]]


class BodyRequest(Struct, frozen=True):
    """One body to execute for some of its assets, and everything that it may reach.

    `find_upstream` tells which upstream each parameter of the definition receives (see `match_inputs`); a parameter
    that it leaves out is no upstream. `write_log` receives a level of `logging` and a line. `config` and
    `incremental` are for dbt models.
    """

    keys: tuple[AssetKey, ...]
    path: str
    root: Path
    run_id: str
    access: WarehouseAccess
    find_upstream: FindUpstream
    write_log: WriteLog
    resources: Mapping[str, object] = field(default_factory=dict)
    default_load_type: Form = "pandas"
    config: Mapping[str, object] = field(default_factory=dict)
    incremental: bool = False


class BodyOutput(Struct, frozen=True):
    """What became of one asset: its value, still to be written, and what is recorded of it.

    `is_open`: no annotation says whether the value is a table.
    """

    key: AssetKey
    value: BodyValue
    metadata: Metadata = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    data_version: DataVersion | None = None
    is_open: bool = False


class BodyOutcome(Struct, frozen=True):
    """The outputs that came, in order, and why there are no more.

    `sent` is the SQL that the body executed, `read` are the assets and sources that it was seen to read there.
    """

    outputs: tuple[BodyOutput, ...] = ()
    failure: BodyFailure | None = None
    sent: tuple[str, ...] = ()
    read: tuple[AssetKey, ...] = ()


def run_body(request: BodyRequest) -> BodyOutcome:
    """Import the file if need be, load the inputs, call the body, sort what it returned.

    What the user's code raises is a failure in the outcome; only Canceled and KeyboardInterrupt are raised.
    """
    outputs: list[BodyOutput] = []
    with project_imports(request.root), captured_prints(lambda line: request.write_log(logging.INFO, line)):
        try:
            body = find_body(request.root, request.path, request.keys[0])
        except (Exception, SystemExit) as error:  # a user's file may raise anything when it is imported
            return BodyOutcome(failure=failure_of(error, request.root, request.path, importing=True))
        try:
            _run(body, request, outputs)
        except (Exception, SystemExit) as error:  # and so may its bodies
            failure = failure_of(error, request.root, request.path)
            return BodyOutcome(tuple(outputs), failure, tuple(request.access.sent))
    return BodyOutcome(tuple(outputs), None, tuple(request.access.sent))


def find_output(key: AssetKey, outcome: BodyOutcome) -> BodyOutput | None:
    """The output of an asset: that of its key, else the only one of its name, below the prefix of its folder."""
    exact = [output for output in outcome.outputs if output.key == key]
    named = exact or [output for output in outcome.outputs if output.key.name == key.name]
    return named[0] if len(named) == 1 else None


def match_inputs(definition: AssetsDefinition, upstream: Mapping[AssetKey, Upstream]) -> dict[str, Upstream]:
    """Which of an asset's upstreams each parameter receives: the one of its key, else the only one that ends so.

    `upstream` are those that the graph knows to be arguments of the asset, so that the end of a key is enough.
    """
    found: dict[str, Upstream] = {}
    for item in definition.inputs:
        dotted = tuple(part for parts in item.key.parts for part in parts.split(".") if part)
        matching = [key for key in upstream if _ends_with(key, item.key.parts) or _ends_with(key, dotted)]
        if item.key in upstream:
            found[item.parameter.name] = upstream[item.key]
        elif len(matching) == 1:
            found[item.parameter.name] = upstream[matching[0]]
    return found


def _ends_with(key: AssetKey, parts: tuple[str, ...]) -> bool:
    """Whether the last segments of a key are these; the warehouse may write them in another case."""
    return [part.casefold() for part in key.parts[-len(parts) :]] == [part.casefold() for part in parts]


def _run(body: AnyBody, request: BodyRequest, outputs: list[BodyOutput]) -> None:
    if isinstance(body, DbtModel):
        outputs.append(_run_dbt_model(body, request))
        return
    if body.sql is not None:
        outputs.append(BodyOutput(request.keys[0], QueryValue(request.access.resolve_sql(body.sql))))
        return
    missing = list(missing_resources(body, request.resources))
    if missing:
        raise InvalidDefinitionError("; ".join(missing), code="E109")
    values = _load_inputs(body, request)
    services = Services(request.run_id, _logger(request.write_log), Resources(request.resources), request.access)
    wanted = _wanted(body, request.keys)
    context = BodyContext(body, wanted, services)
    arguments = {**service_values(body.signature, values, context), **values}
    returned = call_body(body.body, body.signature, arguments)
    for produced in outputs_of(body, returned, wanted):
        outputs.append(_output(context.complete(produced), request))


def _wanted(body: AssetsDefinition, keys: tuple[AssetKey, ...]) -> frozenset[AssetKey]:
    """The keys, as the definition names them, that the body is asked for: a part only if it can make one."""
    if not body.can_subset:
        return body.keys
    return frozenset(key for key in body.keys if any(_ends_with(each, key.parts) for each in keys))


def _load_inputs(definition: AssetsDefinition, request: BodyRequest) -> dict[str, object]:
    upstream = request.find_upstream(definition)
    default = _default_form(definition, request)
    return {
        item.parameter.name: load_upstream(item, upstream[item.parameter.name], request.access, request.root, default)
        for item in definition.inputs
        if item.parameter.name in upstream
    }


def _default_form(definition: AssetsDefinition, request: BodyRequest) -> Form:
    """The form of a table for a parameter without annotation: the asset's own setting, else the project's."""
    name = definition.config.get("default_load_type", request.config.get("default_load_type"))
    if name is None:
        return request.default_load_type
    if name not in get_args(Form):
        near = and_nearest(str(name), get_args(Form))
        raise InvalidDefinitionError(f"default_load_type {name!r} is no form of a table.{near}", code="E186")
    return cast("Form", name)


def _run_dbt_model(model: DbtModel, request: BodyRequest) -> BodyOutput:
    dbt = DbtObject(request.access, request.config, incremental=request.incremental)
    returned = model.body(dbt, BodyConnection(request.access))
    return BodyOutput(model.key, to_body_value(returned, Missing, request.access.resolve_sql))


def _output(produced: Produced, request: BodyRequest) -> BodyOutput:
    output = produced.output
    value: BodyValue = NoValue()
    if produced.stores_value:
        value = to_body_value(produced.value, output.annotation, request.access.resolve_sql)
    metadata, is_open = to_metadata(produced.metadata), is_open_kind(output.annotation)
    return BodyOutput(output.key, value, metadata, produced.tags, produced.data_version, is_open)


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
