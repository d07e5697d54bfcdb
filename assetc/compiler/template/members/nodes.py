"""Members that tell of nodes as dbt's manifest does: `model`, `graph`, and the hooks of the own node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assetc.compiler.nodes.nodes import SECTIONS
from assetc.compiler.template.members.settings import Watched
from assetc.compiler.template.rendering import Rendering

_NEEDS_GRAPH = "depends_on"


class Early(dict[str, object]):
    """A part of a node before values can be known: what is not in there may come."""


class OwnNode(Watched):
    """`model`: the node of the template. What it depends on is known when the graph is."""

    __slots__ = ()

    def __getitem__(self, key: str) -> object:
        value = super().__getitem__(key)
        if self._rendering.surroundings.flags.execute:
            self._rendering.findings.needs_graph |= key == _NEEDS_GRAPH
            return value
        return Early(value) if isinstance(value, dict) else value


def model(rendering: Rendering) -> OwnNode:
    """The node that the template belongs to."""
    return OwnNode(rendering, "model", rendering.surroundings.node)


def graph(rendering: Rendering) -> object:
    """All nodes. Before values can be known there is none, as in dbt, and every use of it passes."""
    if not rendering.surroundings.flags.execute:
        return rendering.unknown("what is in the graph is not known yet")
    rendering.findings.needs_graph = True
    return Watched(rendering, "graph", rendering.surroundings.graph or {name: {} for name in SECTIONS})


def hooks(moment: str) -> Callable[[Rendering], object]:
    """The hooks of the own node."""

    def factory(rendering: Rendering) -> object:
        config: Any = model(rendering).get("config") or {}
        return config.get(moment, [])

    return factory
