"""The one door from definitions to the runtime, for the methods that people know on definition values.

The runtime is imported when one of them is called, so that a model file costs nothing to import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.key import AssetKey
from assetc.definitions.spec import AssetSpec, SourceAsset

if TYPE_CHECKING:
    from assetc.runtime.python.result import ExecuteInProcessResult

AnyAsset: TypeAlias = AssetsDefinition | SourceAsset | AssetSpec


@dataclass(frozen=True, slots=True)
class InProcessRun:
    """What `materialize` is asked to do. `selection=None` means all assets; `in_memory`: values are not stored."""

    assets: tuple[AnyAsset, ...]
    resources: Mapping[str, object] = field(default_factory=dict)
    selection: tuple[AssetKey, ...] | None = None
    raise_on_error: bool = True
    in_memory: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)


def execute(run: InProcessRun) -> ExecuteInProcessResult:
    """Execute assets in this process, one after the other."""
    from assetc.runtime.python.run_assets import run_assets

    return run_assets(run)


def load_value(assets: Sequence[AnyAsset], resources: Mapping[str, object], key: AssetKey) -> object:
    """The stored value of an asset, through its IO manager."""
    from assetc.runtime.python.load_stored import load_stored

    return load_stored(tuple(assets), resources, key)


def validate(assets: Sequence[AnyAsset], resources: Mapping[str, object]) -> None:
    """Raise InvalidDefinitionError for definitions that cannot work together."""
    from assetc.runtime.python.requirements import check_requirements
    from assetc.runtime.python.wiring import wire_assets

    check_requirements(wire_assets(tuple(assets)).steps, resources)
