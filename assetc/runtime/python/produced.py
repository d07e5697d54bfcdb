"""What a body returned or yielded, sorted into the outputs that its definition promises."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.asset_out import AssetOutput
from assetc.definitions.errors import InvariantError, OutputMissingError
from assetc.definitions.key import AssetKey
from assetc.definitions.output import DEFAULT_OUTPUT, DataVersion, MaterializeResult, Output


class Produced(Struct, frozen=True):
    """One output that came. `stores_value=False`: only the record is made, there is no value to store."""

    output: AssetOutput
    value: object
    stores_value: bool
    metadata: Mapping[str, object] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    data_version: DataVersion | None = None


def outputs_of(definition: AssetsDefinition, returned: object, wanted: frozenset[AssetKey]) -> Iterator[Produced]:
    """Each output as it comes. Raises InvariantError for one that does not fit, OutputMissingError at the end."""
    came: set[str] = set()
    for produced in _items(definition, returned):
        if produced.output.name in came:
            message = f'{definition.node_name} returned the output "{produced.output.name}" multiple times'
            raise InvariantError(message, code="E184")
        came.add(produced.output.name)
        yield produced
    for output in definition.outputs:
        if output.is_required and output.key in wanted and output.name not in came:
            message = (
                f'{definition.node_name} did not return an output for non-optional output "{output.name}". '
                "An asset that may make nothing says output_required=False and yields its Output"
            )
            raise OutputMissingError(message, code="E184")


def _items(definition: AssetsDefinition, returned: object) -> Iterable[Produced]:
    if inspect.isgenerator(returned):
        return (_yielded(definition, item) for item in returned)
    if len(definition.outputs) == 1:
        return (_returned(definition, definition.outputs[0], returned),)
    if isinstance(returned, dict):
        return [_returned(definition, _output(definition, str(name)), item) for name, item in returned.items()]
    if returned is None and not any(output.stores_value for output in definition.outputs):
        return [_returned(definition, output, None) for output in definition.outputs]
    if isinstance(returned, tuple) and len(returned) == len(definition.outputs):
        pairs = zip(definition.outputs, returned, strict=True)
        return [_returned(definition, output, item) for output, item in pairs]
    message = (
        f"{definition.node_name} has {len(definition.outputs)} outputs and must return a tuple of as many values, "
        f"a dictionary of them by name, or yield them; it returned {type(returned).__name__}"
    )
    raise InvariantError(message, code="E184")


def _returned(definition: AssetsDefinition, output: AssetOutput, item: object) -> Produced:
    if isinstance(item, Output):
        named = output if item.output_name == DEFAULT_OUTPUT else _output(definition, item.output_name)
        return _of_output(named, item)
    if isinstance(item, MaterializeResult):
        return _of_result(definition, output if item.asset_key is None else None, item)
    return Produced(output, item, output.stores_value)


def _yielded(definition: AssetsDefinition, item: object) -> Produced:
    if isinstance(item, Output):
        return _of_output(_output(definition, item.output_name), item)
    if isinstance(item, MaterializeResult):
        single = len(definition.outputs) == 1 and item.asset_key is None
        return _of_result(definition, definition.outputs[0] if single else None, item)
    message = (
        f"{definition.node_name} yielded {type(item).__name__} {item!r:.80} rather than an instance of Output. "
        "A body that yields must wrap each value: yield Output(value)"
    )
    raise InvariantError(message, code="E184")


def _of_output(output: AssetOutput, item: Output[object]) -> Produced:
    return Produced(output, item.value, output.stores_value, item.metadata or {}, item.tags or {}, item.data_version)


def _of_result(definition: AssetsDefinition, output: AssetOutput | None, item: MaterializeResult) -> Produced:
    found = output or next((known for known in definition.outputs if known.key == item.asset_key), None)
    if found is None:
        options = ", ".join(str(known.key) for known in definition.outputs)
        message = f"{definition.node_name}: MaterializeResult needs asset_key, one of {options}; got {item.asset_key}"
        raise InvariantError(message, code="E184")
    return Produced(found, item.value, item.has_value, item.metadata or {}, item.tags or {}, item.data_version)


def _output(definition: AssetsDefinition, name: str) -> AssetOutput:
    for output in definition.outputs:
        if output.name == name:
            return output
    known = ", ".join(repr(output.name) for output in definition.outputs)
    raise InvariantError(f"{definition.node_name} has no output {name!r}; its outputs are {known}", code="E184")
