"""How an asset is configured: typed keys, and how the places where they are written are merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct, field

from assetc.compiler.materialization.known import Materialization, materialization_named
from assetc.compiler.place import Span

NOTHING: Mapping[str, object] = MappingProxyType({})


def nothing() -> Mapping[str, object]:
    """The empty mapping, as a default of a field."""
    return NOTHING


class Hook(Struct, frozen=True):
    """SQL before or after an asset, in its transaction or outside: a template, which was written at `span`.

    `before_query` is set for a statement of the model's own SQL: the characters from its start to that of the query.
    """

    sql: str
    transaction: bool = True
    span: Span | None = None
    before_query: int | None = None


class AssetConfig(Struct, frozen=True):
    """The merged configuration of one asset. Keys that assetc does not know are kept in `extra` for the adapter.

    The names are dbt's, and those of Dagster's `@asset` where dbt has none (`key_prefix`, `metadata`, `owners`).
    `places` are those of the keys whose values only the warehouse can refuse.
    """

    enabled: bool = True
    materialized: str = "table"
    alias: str | None = None
    schema: str | None = None
    database: str | None = None
    key_prefix: tuple[str, ...] = ()
    name: str | None = None
    tags: tuple[str, ...] = ()
    group: str | None = None
    description: str | None = None
    meta: Mapping[str, object] = field(default_factory=nothing)
    owners: tuple[str, ...] = ()
    unique_key: tuple[str, ...] = ()
    incremental_strategy: str | None = None
    incremental_predicates: tuple[str, ...] = ()
    on_schema_change: str = "ignore"
    merge_update_columns: tuple[str, ...] = ()
    merge_exclude_columns: tuple[str, ...] = ()
    full_refresh: bool | None = None
    pre_hook: tuple[Hook, ...] = ()
    post_hook: tuple[Hook, ...] = ()
    checks: tuple[object, ...] = ()
    deps: tuple[str, ...] = ()
    ignore_deps: tuple[str, ...] = ()
    column_types: Mapping[str, object] = field(default_factory=nothing)
    delimiter: str = ","
    quote_columns: bool | None = None
    publish: str | None = None
    inference: str | None = None
    dialect: str | None = None
    retries: int | None = None
    extra: Mapping[str, object] = field(default_factory=nothing)
    places: tuple[tuple[str, Span], ...] = ()

    @property
    def materialization(self) -> Materialization:
        """What the name in `materialized` means."""
        return materialization_named(self.materialized)

    @property
    def separator(self) -> str:
        """The delimiter as the character that it means."""
        return self.delimiter.replace("\\t", "\t")

    def refreshes(self, *, asked: bool) -> bool:
        """Whether the asset is built anew as a whole: its own word counts more than the command's."""
        return asked if self.full_refresh is None else self.full_refresh


class ConfigValues(Mapping[str, object]):
    """A configuration as a template sees it (`config.get('unique_key')`): every key by its name."""

    __slots__ = ("_config",)

    def __init__(self, config: AssetConfig) -> None:
        self._config = config

    def __getitem__(self, key: str) -> object:
        if key in FIELDS:
            value = getattr(self._config, key)
            return list(value) if isinstance(value, tuple) else value
        return self._config.extra[key]

    def __iter__(self) -> Iterator[str]:
        yield from FIELDS
        yield from self._config.extra

    def __len__(self) -> int:
        return len(FIELDS) + len(self._config.extra)


FIELDS = frozenset(AssetConfig.__struct_fields__) - {"extra", "places"}
