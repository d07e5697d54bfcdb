"""The asset, source or check that a word on the command line names."""

from __future__ import annotations

from assetc.cli.opening import Opened
from assetc.cli.stop import BAD_INPUT, Stopped
from assetc.compiler.asset import Graph
from assetc.compiler.diagnostic import diagnostic, did_you_mean
from assetc.compiler.node import NodeId
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey


def find_named(opened: Opened, name: str) -> AssetKey:
    """The one key that is meant; stops with E115 when there is none, or several."""
    graph = opened.workspace.graph
    found = keys_named(graph, name)
    if len(found) == 1:
        return found[0]
    if found:
        message, hint = f"{name!r} could be several assets", f"It is one of {', '.join(map(str, found))}"
    else:
        known = {text for key in graph.upstream for text in (str(key), key.name)}
        message, hint = f"nothing is named {name!r}", did_you_mean(name, known) or "assetc ls lists what there is"
    opened.say([diagnostic("E115", message, hint=hint)])
    raise Stopped(BAD_INPUT)


def keys_named(graph: Graph, name: str) -> tuple[AssetKey, ...]:
    """The key that is written exactly like this, or else those whose last segment is."""
    try:
        key = AssetKey(name)
    except InvalidDefinitionError:
        return ()
    if key in graph.upstream:
        return (key,)
    return tuple(other for other in graph.upstream if other.name == name)


def checks_named(graph: Graph, name: str) -> frozenset[NodeId]:
    """The checks of that name: one, or several that have it in common."""
    return frozenset(check.id for check in graph.checks.values() if name in (check.name, check.id.name))
