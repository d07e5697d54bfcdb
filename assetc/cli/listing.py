"""What listings say about assets, sources and checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from assetc.compiler.asset import Asset, Check, Graph, Source
from assetc.compiler.config import Hook
from assetc.compiler.selection.members import Selectable, fqn_of
from assetc.compiler.selection.request import Selected
from assetc.definitions.key import AssetKey

Row = dict[str, object]


def things_of(graph: Graph, selected: Selected) -> list[Selectable]:
    """What is selected: assets, sources, checks, each in the order of their names."""
    checks = (check for check in graph.checks.values() if check.id in selected.nodes)
    in_order = graph.upstream.keys()
    return [
        *(graph.assets[key] for key in in_order if key in selected.assets),
        *(graph.sources[key] for key in in_order if key in selected.sources and key in graph.sources),
        *sorted(checks, key=lambda check: check.id),
    ]


def name_of_thing(thing: Selectable) -> str:
    """The key of an asset or a source, the name of a check that no other has."""
    return thing.id.name if isinstance(thing, Check) else str(thing.key)


def path_of_thing(thing: Selectable) -> str:
    """The file in which it is written."""
    if isinstance(thing, Check) and thing.path:
        return thing.path
    return thing.span.path if thing.span else ""


def selector_of(thing: Selectable) -> str:
    """What selects just this, in dbt's words."""
    if isinstance(thing, Source):
        return f"source:{thing.package}.{thing.source_name}.{thing.key.name}"
    return ".".join(fqn_of(thing))


def dbt_row(thing: Selectable, graph: Graph) -> Row:
    """The row that `dbt ls --output json` prints."""
    name = thing.name if isinstance(thing, Check) else thing.key.name
    return {
        "name": name,
        "resource_type": thing.id.kind,
        "package_name": thing.package,
        "original_file_path": path_of_thing(thing),
        "unique_id": str(thing.id),
        **_own_keys(thing),
        "tags": list(thing.tags if isinstance(thing, Source) else thing.config.tags),
        "config": config_row(thing),
        "depends_on": {"macros": [], "nodes": _needs(thing, graph)},
    }


def config_row(thing: Selectable) -> Row:
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


def _plain_fields(value: Struct) -> Row:
    return {name: plain_value(getattr(value, name)) for name in value.__struct_fields__}


def _own_keys(thing: Selectable) -> Row:
    if isinstance(thing, Source):
        return {"source_name": thing.source_name}
    if isinstance(thing, Asset) and thing.relation is not None:
        return {"alias": thing.relation.name}
    return {"alias": thing.name} if isinstance(thing, Check) else {}


def _needs(thing: Selectable, graph: Graph) -> list[str]:
    keys: Iterable[AssetKey] = thing.assets if isinstance(thing, Check) else graph.upstream[thing.key]
    found = (graph.assets.get(key) or graph.sources.get(key) for key in keys)
    return [str(each.id) for each in found if each is not None]
