"""Definitions become the compiler's assets, names, edges and graph: the passes of a project, without any text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from msgspec import Struct, field

from assetc.compiler.asset import Asset, Edge, Graph, Source
from assetc.compiler.config import AssetConfig
from assetc.compiler.graph import connect
from assetc.compiler.names.index_names import names_of_keys
from assetc.compiler.names.names import Names, find_named
from assetc.compiler.place import Span
from assetc.definitions.asset import AnyAsset, AssetInput, AssetsDefinition
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey
from assetc.definitions.nearest import and_nearest
from assetc.definitions.relation import Relation
from assetc.definitions.spec import AssetSpec, SourceAsset
from assetc.runtime.python.pass_values import Known

CONFIG = AssetConfig()


class CompiledDefinitions(Struct, frozen=True):
    """The graph of definitions, who makes each asset, and what each body's (its first key's) parameters receive."""

    graph: Graph
    producers: Mapping[AssetKey, AssetsDefinition]
    sources: Mapping[AssetKey, AssetSpec]
    received: Mapping[AssetKey, Mapping[str, AssetKey]]

    def known(self, key: AssetKey) -> Known:
        """What is known of an asset; a key that only a `deps=` names has just this."""
        for output in self.producers[key].outputs if key in self.producers else ():
            if output.key == key:
                spec, name = output.spec, self.producers[key].node_name
                return Known(name, output.name, output.annotation, spec.metadata, spec.io_manager_key)
        spec = self.sources.get(key) or AssetSpec(key)
        return Known(key.to_python_identifier(), metadata=spec.metadata, io_manager_key=spec.io_manager_key)

    @property
    def bodies(self) -> tuple[AssetsDefinition, ...]:
        """Each body once."""
        return tuple(dict.fromkeys(self.producers.values()))

    def inputs_of(self, definition: AssetsDefinition) -> Mapping[str, AssetKey]:
        """The asset that each parameter of a body receives."""
        return self.received[definition.outputs[0].key]


def compile_definitions(given: Iterable[AnyAsset]) -> CompiledDefinitions:
    """Connect definitions by their keys. Raises InvalidDefinitionError (E101 to E104, E106) where that cannot be."""
    definitions, sources = _separate(given)
    producers = _producers(definitions)
    groups = {key: spec.group for key, spec in sources.items()}
    groups |= {key: definition.group_names_by_key[key] for key, definition in producers.items()}
    resolution = _Resolution(names_of_keys(groups))
    received = {each.outputs[0].key: resolution.resolve(each) for each in definitions if each.outputs}
    if resolution.faults:
        raise InvalidDefinitionError("\n".join(map(str, resolution.faults)), code=resolution.faults[0].code)
    assets = {asset.key: asset for asset in chain.from_iterable(map(_assets_of, definitions))}
    outside = {edge.up for edge in resolution.edges}.union(sources).difference(assets)
    graph, cycles = connect(assets, {key: Source(key, _NOWHERE) for key in outside}, (), resolution.edges)
    if cycles:
        raise InvalidDefinitionError(f"Circular dependency: {cycles[0].message}", code=cycles[0].code)
    return CompiledDefinitions(graph, producers, sources, received)


_NOWHERE = Relation(None, None, "")
"""Where a source lives that only an IO manager knows."""


def _separate(given: Iterable[AnyAsset]) -> tuple[list[AssetsDefinition], dict[AssetKey, AssetSpec]]:
    definitions: dict[int, AssetsDefinition] = {}
    sources: dict[AssetKey, AssetSpec] = {}
    for item in given:
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


def _assets_of(definition: AssetsDefinition) -> Iterator[Asset]:
    """The assets that a body makes; those that it makes together have one step, named after the first."""
    step = str(definition.outputs[0].key) if len(definition.outputs) > 1 else ""
    retries = definition.config.get("retries")
    config = AssetConfig(retries=retries) if isinstance(retries, int) else CONFIG
    for spec in definition.specs:
        version, span = spec.code_version or "", _span(definition)
        yield Asset(spec.key, "python", span, config, None, version, group=spec.group, step_name=step)


def _span(definition: AssetsDefinition) -> Span:
    return Span(definition.place.path, 0, 0, definition.place.line, 1)


class _Resolution(Struct):
    """The edges and faults found so far."""

    names: Names
    edges: list[Edge] = field(default_factory=list)
    faults: list[InvalidDefinitionError] = field(default_factory=list)

    def resolve(self, definition: AssetsDefinition) -> dict[str, AssetKey]:
        """Connect what one body makes with what it needs; the asset that each of its parameters receives."""
        received: dict[str, AssetKey] = {}
        for item in definition.inputs:
            key = self._input(item, definition)
            if key is not None:
                received[item.parameter.name] = key
        span, first = _span(definition), definition.outputs[0].key
        for output in definition.outputs:
            self.edges += (Edge(output.key, key, "arg", span) for key in received.values())
            for dep in output.spec.deps:
                found = find_named(self.names, dep.key.parts, first, anywhere=False)[:1] or (dep.key,)
                if found[0] == output.key and len(definition.outputs) == 1:
                    self.faults.append(_self_reference(output.key, definition))
                self.edges.append(Edge(output.key, found[0], "explicit", span))
        return received

    def _input(self, item: AssetInput, definition: AssetsDefinition) -> AssetKey | None:
        owner = definition.outputs[0].key
        found = find_named(self.names, item.key.parts, owner, anywhere=not item.explicit)
        if len(found) > 1:
            self.faults.append(_ambiguous(item, found, definition))
        elif found and found[0] not in definition.keys:
            return found[0]
        elif found or item.key == owner:
            self.faults.append(_self_reference(item.key, definition))
        elif item.certain:
            self.faults.append(_missing(item, definition, self.names))
        return None


def _missing(item: AssetInput, definition: AssetsDefinition, names: Names) -> InvalidDefinitionError:
    namesakes = [str(key) for key in sorted(names.by_last.get(item.key.name, ())) if key not in definition.keys]
    near = f" Did you mean {' or '.join(namesakes)}?" if namesakes else ""
    near = near or and_nearest(str(item.key), map(str, names.by_key.values()))
    message = (
        f'Input asset "{item.key}" of {definition.node_name} ({definition.place}) is not produced by any of the '
        f"given assets and is not one of the given sources.{near}"
    )
    return InvalidDefinitionError(message, code="E101")


def _ambiguous(item: AssetInput, found: Iterable[AssetKey], definition: AssetsDefinition) -> InvalidDefinitionError:
    names = ", ".join(str(key) for key in sorted(found))
    message = f'Input "{item.key}" of {definition.node_name} ({definition.place}) can be any of {names}'
    return InvalidDefinitionError(message, code="E106")


def _self_reference(key: AssetKey, definition: AssetsDefinition) -> InvalidDefinitionError:
    return InvalidDefinitionError(f'Asset "{key}" depends on itself ({definition.place})', code="E104")
