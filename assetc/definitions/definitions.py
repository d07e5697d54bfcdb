"""Everything that one code location defines, in one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assetc.definitions.asset import AnyAsset
from assetc.definitions.key import KeyLike, key_of


@dataclass(frozen=True, slots=True, init=False)
class Definitions:
    """Assets with the resources that they need: `Definitions(assets=[a, b], resources={"api": Api()})`."""

    assets: tuple[AnyAsset, ...]
    resources: Mapping[str, object]
    schedules: tuple[object, ...]
    sensors: tuple[object, ...]
    jobs: tuple[object, ...]
    asset_checks: tuple[object, ...]

    def __init__(
        self,
        assets: Iterable[AnyAsset] | None = None,
        schedules: Iterable[object] | None = None,
        sensors: Iterable[object] | None = None,
        jobs: Iterable[object] | None = None,
        resources: Mapping[str, object] | None = None,
        asset_checks: Iterable[object] | None = None,
    ) -> None:
        for name, value in (
            ("assets", tuple(assets or ())),
            ("resources", dict(resources or {})),
            ("schedules", tuple(schedules or ())),
            ("sensors", tuple(sensors or ())),
            ("jobs", tuple(jobs or ())),
            ("asset_checks", tuple(asset_checks or ())),
        ):
            object.__setattr__(self, name, value)

    @staticmethod
    def validate_loadable(definitions: Definitions) -> None:
        """Raise InvalidDefinitionError for keys that clash, upstreams that are missing, and cycles."""
        from assetc.runtime.python.compile_definitions import compile_definitions
        from assetc.runtime.python.resources import check_requirements

        check_requirements(compile_definitions(definitions.assets).bodies, definitions.resources)

    def load_asset_value(self, asset_key: KeyLike) -> object:
        """The stored value of an asset, through its IO manager. Raises ValueNotFoundError without one."""
        from assetc.runtime.python.run_assets import load_stored

        return load_stored(self.assets, self.resources, key_of(asset_key))
