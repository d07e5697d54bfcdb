"""The arguments of `@asset` and `@multi_asset`: Dagster's, and the configuration keys of a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from assetc.definitions.asset_in import AssetIn
from assetc.definitions.asset_out import AssetOut
from assetc.definitions.dependency import DepLike
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey, KeyLike
from assetc.definitions.nearest import and_nearest
from assetc.definitions.spec import AssetSpec


class ConfigOptions(TypedDict, total=False):
    """How the asset's table is made and named; the same keys as in a model's `config()`."""

    enabled: bool
    materialized: str
    alias: str | None
    schema: str | None
    database: str | None
    group: str | None
    meta: Mapping[str, object]
    unique_key: str | Sequence[str]
    incremental_strategy: str | None
    incremental_predicates: Sequence[str]
    on_schema_change: str
    merge_update_columns: Sequence[str]
    merge_exclude_columns: Sequence[str]
    full_refresh: bool | None
    pre_hook: object
    post_hook: object
    checks: Sequence[object]
    column_types: Mapping[str, str]
    publish: str | None
    inference: str | None
    dialect: str | None
    retries: int | None
    default_load_type: str
    config: Mapping[str, object]


class SharedOptions(ConfigOptions, total=False):
    """What `@asset` and `@multi_asset` both take."""

    name: str | None
    ins: Mapping[str, AssetIn | KeyLike]
    deps: Iterable[DepLike]
    non_argument_deps: Iterable[DepLike]
    ignore_deps: Iterable[KeyLike]
    description: str | None
    group_name: str | None
    compute_kind: str | None
    config_schema: object
    required_resource_keys: Iterable[str]
    resource_defs: Mapping[str, object]
    op_tags: Mapping[str, object]
    partitions_def: object
    retry_policy: object
    backfill_policy: object
    code_version: str | None
    check_specs: Sequence[object]
    pool: str | None
    hooks: object


class AssetOptions(SharedOptions, total=False):
    """The arguments of `@asset`."""

    sql: str
    key: KeyLike
    key_prefix: str | Sequence[str] | None
    metadata: Mapping[str, object]
    tags: Mapping[str, str] | Iterable[str]
    owners: Sequence[str]
    kinds: Iterable[str]
    io_manager_key: str | None
    io_manager_def: object
    output_required: bool
    dagster_type: object
    automation_condition: object
    auto_materialize_policy: object
    freshness_policy: object
    is_virtual: bool


class MultiAssetOptions(SharedOptions, total=False):
    """The arguments of `@multi_asset`."""

    outs: Mapping[str, AssetOut] | Sequence[str]
    specs: Sequence[AssetSpec]
    internal_asset_deps: Mapping[str, Iterable[AssetKey]]
    can_subset: bool


CONFIG_OPTIONS = frozenset(ConfigOptions.__annotations__)


def check_options(decorator: str, options: Mapping[str, object], known: type) -> None:
    """Raise InvalidDefinitionError for an argument that the decorator does not have, with the nearest one."""
    names = set(known.__annotations__)
    for name in options:
        if name not in names:
            message = f"@{decorator} has no argument {name!r}.{and_nearest(name, sorted(names))}"
            raise InvalidDefinitionError(message, code="E181")


def config_of(options: Mapping[str, object]) -> dict[str, object]:
    """The configuration among the arguments; `config={...}` is part of it."""
    direct = {name: value for name, value in options.items() if name in CONFIG_OPTIONS and name != "config"}
    nested = options.get("config")
    return {**(nested if isinstance(nested, Mapping) else {}), **direct}
