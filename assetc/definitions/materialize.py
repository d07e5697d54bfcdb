"""`materialize()`: execute assets here and now, outside of a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from assetc.definitions import engine
from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.engine import AnyAsset, InProcessRun
from assetc.definitions.errors import InvalidInvocationError
from assetc.definitions.key import AssetKey, KeyLike, key_of
from assetc.definitions.spec import AssetSpec, SourceAsset

if TYPE_CHECKING:
    from assetc.runtime.python.result import ExecuteInProcessResult


def materialize(  # noqa: PLR0913  Dagster's parameters
    assets: Iterable[AnyAsset],
    *,
    run_config: object = None,
    instance: object = None,
    resources: Mapping[str, object] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, str] | None = None,
    selection: KeyLike | Sequence[KeyLike] | None = None,
) -> ExecuteInProcessResult:
    """Execute assets in this process, one after the other, each after those it takes.

    Values pass through the IO managers among `resources`, by default through a temporary folder that is gone
    afterwards. Raises InvalidDefinitionError before anything runs where the assets cannot work together, and
    what a body raised unless `raise_on_error` is false.
    """
    _refuse("run_config", run_config)
    _refuse("instance", instance)
    _refuse("partition_key", partition_key)
    chosen = None if selection is None else _keys(selection)
    given = tuple(_flat(assets))
    return engine.execute(InProcessRun(given, dict(resources or {}), chosen, raise_on_error, dict(tags or {})))


def _keys(selection: KeyLike | Sequence[KeyLike]) -> tuple[AssetKey, ...]:
    if isinstance(selection, str | AssetKey | AssetsDefinition) or not isinstance(selection, Sequence):
        selection = [selection]
    return tuple(key for item in selection for key in _keys_of(item))


def _keys_of(item: KeyLike) -> tuple[AssetKey, ...]:
    if isinstance(item, AssetsDefinition):
        return tuple(sorted(item.keys))
    return (key_of(item),)


def _flat(assets: Iterable[object]) -> Iterable[AnyAsset]:
    for item in assets:
        if isinstance(item, AssetsDefinition | SourceAsset | AssetSpec):
            yield item
        elif isinstance(item, list | tuple):
            yield from _flat(item)
        else:
            raise InvalidInvocationError(f"materialize() takes assets, got {item!r}", code="E182")


def _refuse(name: str, value: object) -> None:
    if value is not None:
        message = f"materialize({name}=...) is not built yet"
        raise InvalidInvocationError(message, code="E182")
