"""What listings and templates say of an asset, a source or a check alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from assetc.compiler.asset import Asset, Check, Source
from assetc.compiler.config import Hook

Thing: TypeAlias = Asset | Source | Check


def name_of(thing: Thing) -> str:
    """The name of a node without its prefixes."""
    if isinstance(thing, Check):
        return thing.name
    return thing.fqn[-1] if isinstance(thing, Asset) and thing.fqn else thing.key.name


def path_of(thing: Thing) -> str:
    """The file in which it is written."""
    if isinstance(thing, Check) and thing.path:
        return thing.path
    return thing.span.path if thing.span else ""


def config_of(thing: Thing) -> dict[str, object]:
    """The configuration as plain values."""
    if isinstance(thing, Source):
        return {"enabled": True, "tags": list(thing.tags), "meta": dict(thing.meta)}
    extra = {} if isinstance(thing, Check) else thing.config.extra
    own = {name: value for name, value in _plain_fields(thing.config).items() if name not in ("extra", "places")}
    return {**own, **{str(key): plain_value(value) for key, value in extra.items()}}


def plain_value(value: object) -> object:
    """A value as JSON can hold it: structs as mappings, tuples and sets as lists, keys as text."""
    if isinstance(value, Hook):
        return {"sql": value.sql, "transaction": value.transaction}
    if isinstance(value, Struct):
        return _plain_fields(value)
    if isinstance(value, Mapping):
        return {str(key): plain_value(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain_value(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(str(each) for each in value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _plain_fields(value: Struct) -> dict[str, object]:
    return {name: plain_value(getattr(value, name)) for name in value.__struct_fields__}
