"""The nodes of a project as templates see them: one as `model`, all as `graph`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from assetc.compiler.asset import Check, Graph
from assetc.compiler.nodes.described import Thing
from assetc.compiler.nodes.fields import FIELDS
from assetc.compiler.project import Project

OTHER_SECTIONS = ("exposures", "metrics", "groups", "semantic_models", "saved_queries", "functions", "unit_tests")
"""What dbt knows and assetc does not."""

SECTIONS = ("nodes", "sources", *OTHER_SECTIONS)


class Nodes(Struct, frozen=True, dict=True):
    """Describes the nodes of a project. The graph is None while nobody knows yet who needs whom."""

    project: Project
    text: Callable[[str], str]
    quote: Callable[[str], str]
    graph: Graph | None = None

    def needs(self, thing: Thing) -> list[str]:
        """The identities of what a node depends on."""
        graph = self.graph
        if graph is None:
            return []
        if isinstance(thing, Check):
            keys = graph.checks.get(thing.id, thing).assets
        else:
            keys = graph.upstream.get(thing.key, ())
        found = (graph.assets.get(key) or graph.sources.get(key) for key in keys)
        return [str(each.id) for each in found if each is not None]

    def of(self, thing: Thing) -> Node:
        """One node."""
        return Node(self, thing)

    @cached_property
    def sections(self) -> Mapping[str, object] | None:
        """All nodes, by section and identity, when they are known."""
        return None if self.graph is None else Sections(self, self.graph)


class Node(Mapping[str, object]):
    """A node of the manifest. Its fields are made when they are asked for: few templates want more than a name."""

    def __init__(self, nodes: Nodes, thing: Thing) -> None:
        self._nodes = nodes
        self._thing = thing
        self._fields = FIELDS[type(thing)]

    def __getitem__(self, name: str) -> object:
        return self._fields[name](self._nodes, self._thing)

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


class Sections(Mapping[str, object]):
    """`graph`: a section is made when it is first asked for."""

    def __init__(self, nodes: Nodes, graph: Graph) -> None:
        self._nodes = nodes
        self._graph = graph
        self._made: dict[str, Section] = {}

    def __getitem__(self, name: str) -> object:
        if name not in SECTIONS:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = Section({str(thing.id): dict(self._nodes.of(thing)) for thing in self._things(name)})
        return self._made[name]

    def _things(self, name: str) -> list[Thing]:
        graph = self._graph
        if name == "nodes":
            return [*graph.assets.values(), *(graph.checks[each] for each in sorted(graph.checks))]
        return [source for source in graph.sources.values() if not source.implicit] if name == "sources" else []

    def __iter__(self) -> Iterator[str]:
        return iter(SECTIONS)

    def __len__(self) -> int:
        return len(SECTIONS)


class Section(dict[str, dict[str, object]]):
    """Nodes by identity, whose text is made once: every template that looks at them remembers its hash."""

    @cached_property
    def _text(self) -> str:
        return super().__repr__()

    def __repr__(self) -> str:
        return self._text
