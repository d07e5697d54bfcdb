"""The only way from definitions to the runtime, for the methods of definition values.

The runtime is imported when one of them is called, so that a model file costs nothing to import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assetc.definitions.in_process_run import AnyAsset, InProcessRun
from assetc.definitions.key import AssetKey

if TYPE_CHECKING:
    from assetc.runtime.python.result import ExecuteInProcessResult


def execute(run: InProcessRun) -> ExecuteInProcessResult:
    """Execute assets in this process, one after the other."""
    from assetc.runtime.python.run_assets import run_assets

    return run_assets(run)


def load_value(assets: Sequence[AnyAsset], resources: Mapping[str, object], key: AssetKey) -> object:
    """The stored value of an asset, through its IO manager."""
    from assetc.runtime.python.run_assets import load_stored

    return load_stored(tuple(assets), resources, key)


def validate(assets: Sequence[AnyAsset], resources: Mapping[str, object]) -> None:
    """Raise InvalidDefinitionError for definitions that cannot work together."""
    from assetc.runtime.python.compile_definitions import compile_definitions
    from assetc.runtime.python.requirements import check_requirements

    check_requirements(compile_definitions(assets).bodies, resources)
