"""Which asset each input of a list of definitions receives, and the order in which they can run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from msgspec import Struct

from assetc.definitions.asset import AssetInput, AssetsDefinition
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.in_process_run import AnyAsset
from assetc.definitions.key import AssetKey
from assetc.definitions.names import DEFAULT_GROUP
from assetc.definitions.nearest import and_nearest
from assetc.definitions.spec import AssetSpec, SourceAsset


class WiredStep(Struct, frozen=True):
    """One definition with the assets that its parameters receive and all that must be there before it runs."""

    definition: AssetsDefinition
    inputs: Mapping[str, AssetKey]
    upstream: frozenset[AssetKey]


class Wiring(Struct, frozen=True):
    """Definitions in an order in which they can run, and the assets that others make."""

    steps: tuple[WiredStep, ...]
    producers: Mapping[AssetKey, AssetsDefinition]
    sources: Mapping[AssetKey, AssetSpec]

    def spec(self, key: AssetKey) -> AssetSpec:
        """What is known of an asset; a key that only a `deps=` names is a bare one."""
        if key in self.producers:
            return next(spec for spec in self.producers[key].specs if spec.key == key)
        return self.sources.get(key) or AssetSpec(key)


def wire_assets(assets: Iterable[AnyAsset]) -> Wiring:
    """Connect definitions by their keys.

    Raises InvalidDefinitionError for a key that is defined twice (E102), an input that nobody makes (E101), one that
    several assets could be (E106), a self reference (E104) and a cycle (E103).
    """
    definitions, sources = _separate(assets)
    producers = _producers(definitions)
    known = _Known(producers, sources)
    problems: list[InvalidDefinitionError] = []
    steps = [_wire(definition, known, problems) for definition in definitions]
    if problems:
        raise InvalidDefinitionError("\n".join(map(str, problems)), code=problems[0].code)
    return Wiring(_in_order(steps, producers), producers, sources)


def _separate(assets: Iterable[AnyAsset]) -> tuple[list[AssetsDefinition], dict[AssetKey, AssetSpec]]:
    definitions: dict[int, AssetsDefinition] = {}
    sources: dict[AssetKey, AssetSpec] = {}
    for item in assets:
        if isinstance(item, AssetsDefinition):
            definitions[id(item)] = item
        else:
            spec = item.spec if isinstance(item, SourceAsset) else item
            sources[spec.key] = spec
    return list(definitions.values()), sources


def _producers(definitions: Iterable[AssetsDefinition]) -> dict[AssetKey, AssetsDefinition]:
    producers: dict[AssetKey, AssetsDefinition] = {}
    for definition in definitions:
        for key in sorted(definition.keys):
            other = producers.setdefault(key, definition)
            if other is not definition:
                message = f"Duplicate asset key {key}: defined at {other.place} and at {definition.place}"
                raise InvalidDefinitionError(message, code="E102")
    return producers


class _Known:
    """The keys that an input can mean, by their last segment."""

    __slots__ = ("group_of", "of_name")

    def __init__(self, producers: Mapping[AssetKey, AssetsDefinition], sources: Mapping[AssetKey, AssetSpec]) -> None:
        self.group_of = {key: spec.group for key, spec in sources.items()}
        for key, definition in producers.items():
            self.group_of[key] = definition.group_names_by_key[key]
        self.of_name: dict[str, list[AssetKey]] = defaultdict(list)
        for key in self.group_of:
            self.of_name[key.name].append(key)

    def find(self, name: AssetKey, reader: AssetSpec, *, anywhere: bool) -> list[AssetKey]:
        """The keys that `name` can mean to `reader`, by the first rule that gives any.

        The key itself; the parts of a dotted name; the last segment within the reader's group, below the reader's
        own prefix and, with `anywhere`, in all groups.
        """
        dotted = AssetKey([part for part in name.name.split(".") if part]) if len(name.parts) == 1 else name
        for exact in (name, dotted):
            if exact in self.group_of:
                return [exact]
        if len(name.parts) > 1:
            return []
        named = [key for key in self.of_name[name.name] if key != reader.key]
        in_group = [key for key in named if self.group_of[key] == reader.group != DEFAULT_GROUP]
        below = [key for key in named if key.parts[:-1] == reader.key.parts[:-1]]
        return (in_group if len(in_group) == 1 else []) or below or (named if anywhere else [])


def _wire(definition: AssetsDefinition, known: _Known, problems: list[InvalidDefinitionError]) -> WiredStep:
    inputs: dict[str, AssetKey] = {}
    for item in definition.inputs:
        key = _find_input(item, definition, known, problems)
        if key is not None:
            inputs[item.parameter.name] = key
            if key in definition.keys:
                problems.append(_self_reference(key, definition))
    reader = definition.outputs[0].spec
    upstream = set(inputs.values())
    for output in definition.outputs:
        for dep in output.spec.deps:
            upstream.update(known.find(dep.key, reader, anywhere=False)[:1] or [dep.key])
    if len(definition.outputs) == 1 and definition.key in {dep.key for dep in reader.deps}:
        problems.append(_self_reference(definition.key, definition))
    return WiredStep(definition, inputs, frozenset(upstream - definition.keys))


def _find_input(
    item: AssetInput, definition: AssetsDefinition, known: _Known, problems: list[InvalidDefinitionError]
) -> AssetKey | None:
    found = known.find(item.key, definition.outputs[0].spec, anywhere=not item.explicit)
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        problems.append(_ambiguous(item, found, definition))
    elif item.certain:
        problems.append(_missing(item, definition, known))
    return None


def _missing(item: AssetInput, definition: AssetsDefinition, known: _Known) -> InvalidDefinitionError:
    namesakes = [str(key) for key in sorted(known.of_name[item.key.name]) if key not in definition.keys]
    near = f" Did you mean {' or '.join(namesakes)}?" if namesakes else ""
    near = near or and_nearest(str(item.key), (str(key) for key in known.group_of))
    message = (
        f'Input asset "{item.key}" of {definition.node_name} ({definition.place}) is not produced by any of the '
        f"given assets and is not one of the given sources.{near}"
    )
    return InvalidDefinitionError(message, code="E101")


def _ambiguous(item: AssetInput, found: list[AssetKey], definition: AssetsDefinition) -> InvalidDefinitionError:
    names = ", ".join(str(key) for key in sorted(found))
    message = f'Input "{item.key}" of {definition.node_name} ({definition.place}) can be any of {names}'
    return InvalidDefinitionError(message, code="E106")


def _self_reference(key: AssetKey, definition: AssetsDefinition) -> InvalidDefinitionError:
    return InvalidDefinitionError(f'Asset "{key}" depends on itself ({definition.place})', code="E104")


def _in_order(steps: list[WiredStep], producers: Mapping[AssetKey, AssetsDefinition]) -> tuple[WiredStep, ...]:
    """The steps, each after those it needs; among equals in the given order."""
    by_id = {id(step.definition): step for step in steps}
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for step in steps:
        before = (id(producers[key]) for key in sorted(step.upstream) if key in producers)
        sorter.add(id(step.definition), *before)
    try:
        order = tuple(sorter.static_order())
    except CycleError as error:
        cycle = [by_id[item].definition for item in reversed(error.args[1])]
        raise InvalidDefinitionError(_cycle_message(cycle), code="E103") from None
    return tuple(by_id[item] for item in order)


def _cycle_message(cycle: list[AssetsDefinition]) -> str:
    path = " -> ".join(str(min(definition.keys)) for definition in cycle)
    places = "\n".join(f"  {min(definition.keys)} at {definition.place}" for definition in cycle[:-1])
    return f"Circular dependency: {path}\n{places}"
