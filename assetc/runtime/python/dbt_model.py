"""dbt's Python models: `def model(dbt, session): return dbt.ref("orders").df()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from assetc.definitions.key import AssetKey
from assetc.runtime.python.connection import BodyConnection
from assetc.runtime.python.warehouse_access import NamingCall, WarehouseAccess


class DbtModel(Struct, frozen=True):
    """The function of a dbt model, and the asset that it makes."""

    key: AssetKey
    body: Callable[[Any, Any], object]


class DbtThis(Struct, frozen=True):
    """The model's own relation."""

    database: str | None
    schema: str | None
    identifier: str
    text: str

    def __str__(self) -> str:
        return self.text


class DbtConfig:
    """`dbt.config(...)` declares, which was read before; `dbt.config.get(name)` reads."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __call__(self, **_: object) -> str:
        """Nothing: the declaration was read from the file's text."""
        return ""

    def get(self, name: str, default: object = None) -> object:
        """The value of a configuration key."""
        return self._values.get(name, default)

    def meta_get(self, name: str, default: object = None) -> object:
        """The value of a key of `meta`."""
        meta = self._values.get("meta")
        return meta.get(name, default) if isinstance(meta, Mapping) else default


class DbtObject:
    """What the body of a dbt model receives as `dbt`."""

    def __init__(self, access: WarehouseAccess, config: Mapping[str, object], *, incremental: bool) -> None:
        self._access = access
        self.config = DbtConfig(config)
        self.is_incremental = incremental

    @property
    def this(self) -> DbtThis | None:
        """The model's own relation."""
        relation = self._access.this
        if relation is None:
            return None
        return DbtThis(relation.database, relation.schema, relation.name, self._access.adapter.name_of(relation))

    def ref(self, *name: str, **version: object) -> Any:
        """Another model's table, not yet read. With a package, that comes first."""
        number = version.get("v", version.get("version"))
        return self._table("ref", *name[:-1], name[-1] if number is None else f"{name[-1]}.v{number}")

    def source(self, source: str, table: str) -> Any:
        """The table of a source, not yet read."""
        return self._table("source", source, table)

    def _table(self, call: NamingCall, *name: str) -> Any:
        relation = self._access.adapter.name_of(self._access.relation_of(call, *name))
        return BodyConnection(self._access).sql(f"select * from {relation}")
