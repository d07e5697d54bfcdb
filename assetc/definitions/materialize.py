"""`materialize()` and `materialize_to_memory()`: execute assets in this process, outside a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from assetc.definitions.asset import AnyAsset, AssetsDefinition
from assetc.definitions.errors import InvalidInvocationError
from assetc.definitions.io_manager import IOManager
from assetc.definitions.key import AssetKey, KeyLike, key_of
from assetc.definitions.spec import AssetSpec, SourceAsset

if TYPE_CHECKING:
    from assetc.runtime.python.result import ExecuteInProcessResult

Selection: TypeAlias = KeyLike | Sequence[KeyLike]


def materialize(  # noqa: PLR0913  Dagster's parameters
    assets: Iterable[AnyAsset],
    *,
    run_config: object = None,
    instance: object = None,
    resources: Mapping[str, object] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, str] | None = None,
    selection: Selection | None = None,
) -> ExecuteInProcessResult:
    """Execute assets in this process, one after the other, each after those it takes.

    Values pass through the IO managers among `resources`, by default through a temporary folder that is deleted
    afterwards. Raises InvalidDefinitionError before anything runs where the assets cannot work together, and
    what a body raised unless `raise_on_error` is false.
    """
    _refuse(run_config=run_config, instance=instance, partition_key=partition_key)
    return _run(assets, resources, selection, raise_on_error=raise_on_error, in_memory=False)


def materialize_to_memory(  # noqa: PLR0913  Dagster's parameters
    assets: Iterable[AnyAsset],
    *,
    run_config: object = None,
    instance: object = None,
    resources: Mapping[str, object] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, str] | None = None,
    selection: Selection | None = None,
) -> ExecuteInProcessResult:
    """Like `materialize`, with values kept in memory. Raises InvalidInvocationError when given an IO manager."""
    _refuse(run_config=run_config, instance=instance, partition_key=partition_key)
    for name, value in (resources or {}).items():
        if isinstance(value, IOManager):
            message = f"materialize_to_memory() keeps values in memory and takes no IO manager ({name!r})"
            raise InvalidInvocationError(message, code="E182")
    return _run(assets, resources, selection, raise_on_error=raise_on_error, in_memory=True)


def _run(
    assets: Iterable[AnyAsset],
    resources: Mapping[str, object] | None,
    selection: Selection | None,
    *,
    raise_on_error: bool,
    in_memory: bool,
) -> ExecuteInProcessResult:
    from assetc.runtime.python.run_assets import run_assets

    wanted = None if selection is None else _keys(selection)
    given = tuple(_flat(assets))
    return run_assets(given, resources or {}, wanted, raise_on_error=raise_on_error, in_memory=in_memory)


def _keys(selection: Selection) -> tuple[AssetKey, ...]:
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


def _refuse(**arguments: object) -> None:
    for name, value in arguments.items():
        if value is not None:
            raise InvalidInvocationError(f"materialize({name}=...) is not built yet", code="E182")
