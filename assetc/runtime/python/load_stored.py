"""The stored value of an asset outside of a run: `Definitions(...).load_asset_value("a")`."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from assetc.definitions.errors import ValueNotFoundError
from assetc.definitions.in_process_run import AnyAsset
from assetc.definitions.key import AssetKey
from assetc.definitions.nearest import and_nearest
from assetc.definitions.spec import DEFAULT_IO_MANAGER_KEY
from assetc.runtime.python.compile_definitions import compile_definitions
from assetc.runtime.python.pass_values import Values, load_key
from assetc.runtime.values.filesystem import FilesystemIOManager


def load_stored(assets: tuple[AnyAsset, ...], resources: Mapping[str, object], key: AssetKey) -> object:
    """The value of an asset through its IO manager. Raises ValueNotFoundError when there is none."""
    compiled = compile_definitions(assets)
    if key not in compiled.producers and key not in compiled.sources:
        near = and_nearest(str(key), map(str, [*compiled.producers, *compiled.sources]))
        raise ValueNotFoundError(f"no asset has the key {key}.{near}", code="E183")
    managers = {DEFAULT_IO_MANAGER_KEY: FilesystemIOManager(), **resources}
    return load_key(key, Values("", compiled.known, managers, logging.getLogger("assetc")))
