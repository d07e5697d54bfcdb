"""An asset defined in Python: its body, inputs, outputs and place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

from msgspec import Struct

from assetc.definitions.asset_in import AssetIn
from assetc.definitions.asset_out import AssetOutput
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey
from assetc.definitions.signature import Body, Parameter, Signature, invoke
from assetc.definitions.spec import AssetSpec, SourceAsset


class SourcePlace(Struct, frozen=True):
    """The place of a definition; `path` is the file name that Python has."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class AssetInput(Struct, frozen=True):
    """A parameter that receives a value. `explicit`: its key is written. `certain`: an asset of it must exist."""

    parameter: Parameter
    key: AssetKey
    asset_in: AssetIn
    explicit: bool
    certain: bool


class AssetsDefinition(Struct, frozen=True, eq=False):
    """One body that makes one asset or several; calling it calls the body. `options` are the decorator's arguments."""

    body: Body
    signature: Signature
    node_name: str
    inputs: tuple[AssetInput, ...]
    outputs: tuple[AssetOutput, ...]
    place: SourcePlace
    can_subset: bool
    ignored: frozenset[AssetKey]
    required_resource_keys: frozenset[str]
    config: Mapping[str, object]
    options: Mapping[str, object]

    def __call__(self, *arguments: object, **keywords: object) -> object:
        """What the body returns for these arguments, nothing stored. Raises InvalidInvocationError."""
        return invoke(self.node_name, self.body, self.signature, arguments, keywords)

    def __repr__(self) -> str:
        return f"<asset {', '.join(str(output.key) for output in self.outputs)} at {self.place}>"

    @property
    def key(self) -> AssetKey:
        """The key of the one asset. Raises InvalidDefinitionError when there are several."""
        if len(self.outputs) == 1:
            return self.outputs[0].key
        message = f"{self.node_name} makes {len(self.outputs)} assets; use `keys`"
        raise InvalidDefinitionError(message, code="E108")

    @property
    def sql(self) -> str | None:
        """The query that is the asset, from `@asset(sql=...)`; the body is then only a place for its name."""
        text = self.options.get("sql")
        return None if text is None else str(text).strip().rstrip(";")

    @property
    def keys(self) -> frozenset[AssetKey]:
        """The keys of all assets that the body makes."""
        return frozenset(output.key for output in self.outputs)

    @property
    def name(self) -> str:
        """The name of the step that executes the body."""
        return self.node_name

    @property
    def op(self) -> AssetsDefinition:
        """The definition itself, which is what executes."""
        return self

    node_def = op

    @property
    def specs(self) -> tuple[AssetSpec, ...]:
        """The spec of each asset."""
        return tuple(output.spec for output in self.outputs)

    @property
    def specs_by_key(self) -> dict[AssetKey, AssetSpec]:
        """What is said about each asset, by its key."""
        return {spec.key: spec for spec in self.specs}

    @property
    def asset_deps(self) -> dict[AssetKey, frozenset[AssetKey]]:
        """The upstream keys of each asset, as the definition names them."""
        shared = {item.key for item in self.inputs if item.explicit or item.parameter.role == "upstream"}
        if len(self.outputs) > 1:
            shared = set()  # each output of several names its own
        return {
            output.key: frozenset({dep.key for dep in output.spec.deps} | shared) - self.ignored
            for output in self.outputs
        }

    @property
    def dependency_keys(self) -> frozenset[AssetKey]:
        """All upstream keys, as the definition names them."""
        return frozenset(key for keys in self.asset_deps.values() for key in keys)

    @property
    def keys_by_input_name(self) -> dict[str, AssetKey]:
        """The key that each parameter receives."""
        return {item.parameter.name: item.key for item in self.inputs if item.parameter.role == "upstream"}

    @property
    def keys_by_output_name(self) -> dict[str, AssetKey]:
        """The key that each output makes."""
        return {output.name: output.key for output in self.outputs}

    @property
    def code_versions_by_key(self) -> dict[AssetKey, str | None]:
        """The code version of each asset, as given by its author."""
        return {output.key: output.spec.code_version for output in self.outputs}

    @property
    def group_names_by_key(self) -> dict[AssetKey, str]:
        """The group of each asset."""
        return {output.key: output.spec.group for output in self.outputs}

    @property
    def metadata_by_key(self) -> dict[AssetKey, Mapping[str, object]]:
        """The spec of each asset."""
        return {output.key: output.spec.metadata for output in self.outputs}

    @property
    def descriptions_by_key(self) -> dict[AssetKey, str]:
        """The description of each asset that has one."""
        return {output.key: output.spec.description for output in self.outputs if output.spec.description}

    @property
    def tags_by_key(self) -> dict[AssetKey, Mapping[str, str]]:
        """The tags of each asset."""
        return {output.key: output.spec.tags for output in self.outputs}


AnyAsset: TypeAlias = AssetsDefinition | SourceAsset | AssetSpec

_COLLECTED: ContextVar[list[AssetsDefinition] | None] = ContextVar("assetc_collected", default=None)


@contextmanager
def collected_definitions() -> Iterator[list[AssetsDefinition]]:
    """The list to which each definition is added that is made within this block, in this thread."""
    found: list[AssetsDefinition] = []
    token = _COLLECTED.set(found)
    try:
        yield found
    finally:
        _COLLECTED.reset(token)


def collect(definition: AssetsDefinition) -> AssetsDefinition:
    """Add a definition to the list that is open, if one is."""
    found = _COLLECTED.get()
    if found is not None:
        found.append(definition)
    return definition
