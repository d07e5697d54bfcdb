"""Values between assets, through the IO managers of a run: each is read through that of its producer."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from assetc.definitions.asset import AssetInput
from assetc.definitions.errors import InvariantError
from assetc.definitions.io_manager import InputContext, IOManager, OutputContext
from assetc.definitions.key import AssetKey
from assetc.definitions.metadata import plain_metadata
from assetc.definitions.output import DEFAULT_OUTPUT, AssetMaterialization
from assetc.definitions.spec import DEFAULT_IO_MANAGER_KEY
from assetc.runtime.execution.work import Built
from assetc.runtime.python.produced import Produced
from assetc.runtime.python.resources import Resources


class Known(Struct, frozen=True):
    """What an IO manager is told of an asset: how it is made, and what its definition says."""

    step_name: str
    output_name: str = DEFAULT_OUTPUT
    annotation: object = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    io_manager_key: str = DEFAULT_IO_MANAGER_KEY


class Values(Struct, frozen=True):
    """What the steps of a run pass values with: the IO managers among `resources`, `fallback` for a key of none."""

    run_id: str
    known: Callable[[AssetKey], Known]
    resources: Mapping[str, object]
    log: logging.Logger
    fallback: IOManager | None = None


def load_inputs(
    inputs: Iterable[AssetInput], received: Mapping[str, AssetKey], values: Values
) -> Iterator[tuple[str, object]]:
    """The value of the upstream that each parameter receives, through the IO manager of the asset that made it."""
    for item in inputs:
        name = item.parameter.name
        if name in received:
            context = replace(
                _input_context(received[name], values),
                name=name,
                annotation=item.parameter.annotation,
                definition_metadata=item.asset_in.metadata,
            )
            manager = item.asset_in.input_manager_key or values.known(received[name]).io_manager_key
            yield name, _manager(manager, values).load_input(context)


def load_key(key: AssetKey, values: Values) -> object:
    """The stored value of an asset, for no parameter in particular."""
    return _manager(values.known(key).io_manager_key, values).load_input(_input_context(key, values))


def store_output(
    produced: Produced, key: AssetKey, step_name: str, values: Values
) -> tuple[Built, AssetMaterialization]:
    """Store a value, if there is one, through the IO manager of its asset; what is recorded of that."""
    spec, name, built = produced.output.spec, produced.output.name, Built("none")
    context = _output_context(key, Known(step_name, name, produced.output.annotation, spec.metadata), values)
    if produced.stores_value:
        built = _handle_output(_manager(spec.io_manager_key, values), context, produced.value)
    metadata = {**produced.metadata, **context.added_metadata}
    made = AssetMaterialization.of(key, metadata, produced.tags, produced.data_version)
    version = produced.data_version.value if produced.data_version else None
    return replace(built, data_version=version, metadata=(*built.metadata, *plain_metadata(made.metadata))), made


def _handle_output(manager: IOManager, context: OutputContext, value: object) -> Built:
    """Store the value; a manager written as a generator yields metadata. Only assetc's own say what became of it."""
    returned = manager.handle_output(context, value)
    if inspect.isgenerator(returned):
        for item in returned:
            if isinstance(item, Mapping):
                context.add_output_metadata(item)
    return returned if isinstance(returned, Built) else Built("object")


def _input_context(key: AssetKey, values: Values) -> InputContext:
    return InputContext(
        asset_key=key,
        name=key.name,
        upstream_output=_output_context(key, values.known(key), values),
        run_id=values.run_id,
        resources=Resources(values.resources),
        log=values.log,
    )


def _output_context(key: AssetKey, known: Known, values: Values) -> OutputContext:
    return OutputContext(
        asset_key=key,
        name=known.output_name,
        step_key=known.step_name,
        run_id=values.run_id,
        annotation=known.annotation,
        definition_metadata=known.metadata,
        resources=Resources(values.resources),
        log=values.log,
    )


def _manager(name: str, values: Values) -> IOManager:
    manager = values.resources.get(name, values.fallback)
    if isinstance(manager, IOManager):
        return manager
    message = f"the resource {name!r} is used as an IO manager and is a {type(manager).__name__}"
    raise InvariantError(message, code="E109")
