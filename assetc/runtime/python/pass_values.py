"""Values between assets, through the IO managers that a run has: each is read through that of its producer."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from assetc.definitions.asset import AssetInput, AssetsDefinition
from assetc.definitions.asset_out import AssetOutput
from assetc.definitions.errors import InvariantError
from assetc.definitions.io_manager import InputContext, IOManager, OutputContext
from assetc.definitions.key import AssetKey
from assetc.definitions.output import DEFAULT_OUTPUT
from assetc.runtime.python.compile_definitions import CompiledDefinitions
from assetc.runtime.python.produced import Produced
from assetc.runtime.python.resources import Resources


class Surroundings(Struct, frozen=True):
    """What every step of one run shares. `resources` hold an IO manager for every key that is used."""

    run_id: str
    compiled: CompiledDefinitions
    resources: Mapping[str, object]
    log: logging.Logger


def load_input(item: AssetInput, key: AssetKey, around: Surroundings) -> object:
    """The value of an upstream for a parameter, through the IO manager of the asset that made it."""
    name = item.asset_in.input_manager_key or around.compiled.spec(key).io_manager_key
    context = replace(
        _input_context(key, around),
        name=item.parameter.name,
        annotation=item.parameter.annotation,
        definition_metadata=item.asset_in.metadata,
    )
    return _manager(name, around).load_input(context)


def load_key(key: AssetKey, around: Surroundings) -> object:
    """The stored value of an asset, for no parameter in particular."""
    return _manager(around.compiled.spec(key).io_manager_key, around).load_input(_input_context(key, around))


def store_output(produced: Produced, definition: AssetsDefinition, around: Surroundings) -> Mapping[str, object]:
    """Store a value through the IO manager of its output; what that adds to the metadata."""
    if not produced.stores_value:
        return {}
    output = produced.output
    context = _output_context(output.key, output, definition, around)
    _handle_output(_manager(output.spec.io_manager_key, around), context, produced.value)
    return context.added_metadata


def _handle_output(manager: IOManager, context: OutputContext, value: object) -> None:
    """Store the value; a manager written as a generator yields metadata."""
    returned = manager.handle_output(context, value)
    if inspect.isgenerator(returned):
        for item in returned:
            if isinstance(item, Mapping):
                context.add_output_metadata(item)


def _input_context(key: AssetKey, around: Surroundings) -> InputContext:
    producer = around.compiled.producers.get(key)
    output = next((known for known in producer.outputs if known.key == key), None) if producer else None
    return InputContext(
        asset_key=key,
        name=key.name,
        upstream_output=_output_context(key, output, producer, around),
        run_id=around.run_id,
        resources=Resources(around.resources),
        log=around.log,
    )


def _output_context(
    key: AssetKey, output: AssetOutput | None, definition: AssetsDefinition | None, around: Surroundings
) -> OutputContext:
    return OutputContext(
        asset_key=key,
        name=output.name if output else DEFAULT_OUTPUT,
        step_key=definition.node_name if definition else key.to_python_identifier(),
        run_id=around.run_id,
        annotation=output.annotation if output else None,
        definition_metadata=around.compiled.spec(key).metadata,
        resources=Resources(around.resources),
        log=around.log,
    )


def _manager(name: str, around: Surroundings) -> IOManager:
    manager = around.resources.get(name)
    if isinstance(manager, IOManager):
        return manager
    message = f"the resource {name!r} is used as an IO manager and is a {type(manager).__name__}"
    raise InvariantError(message, code="E109")
