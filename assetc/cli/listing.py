"""What listings say about assets, sources and checks."""

from __future__ import annotations

from collections.abc import Iterable

from assetc.compiler.asset import Asset, Check, Graph, Source
from assetc.compiler.nodes.described import config_of, path_of
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
        "original_file_path": path_of(thing),
        "unique_id": str(thing.id),
        **_own_keys(thing),
        "tags": list(thing.tags if isinstance(thing, Source) else thing.config.tags),
        "config": config_of(thing),
        "depends_on": {"macros": [], "nodes": _needs(thing, graph)},
    }


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
