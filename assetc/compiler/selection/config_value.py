"""Whether a configuration value is the one that `config.KEY:VALUE` asks for."""

from __future__ import annotations

from collections.abc import Mapping

from assetc.compiler.asset import Asset, Check, Source

_MISSING = object()


def matches_config(thing: Asset | Source | Check, path: tuple[str, ...], wanted: str) -> bool:
    """Whether the value below `path` is `wanted`, or a list that holds it."""
    found = _top(thing, path[0])
    for part in path[1:]:
        found = found.get(part, _MISSING) if isinstance(found, Mapping) else getattr(found, part, _MISSING)
    if path == ("severity",):
        return str(found).lower() == wanted.lower()
    if isinstance(found, list | tuple | set | frozenset):
        return any(_equal(each, wanted) for each in found)
    return _equal(found, wanted)


def _top(thing: Asset | Source | Check, key: str) -> object:
    if isinstance(thing, Source):
        return {"enabled": True, "tags": thing.tags, "meta": dict(thing.meta)}.get(key, _MISSING)
    if isinstance(thing, Check):
        return "test" if key == "materialized" else getattr(thing.config, key, _MISSING)
    if key == "materialized" and thing.kind in ("seed", "snapshot"):
        return thing.kind
    if key == "extra" or not hasattr(thing.config, key):
        return thing.config.extra.get(key, _MISSING)
    return getattr(thing.config, key)


def _equal(value: object, wanted: str) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == wanted.lower()
    return isinstance(value, str | int | float) and str(value) == wanted
