"""Cycles: which edges may be left out, and a diagnostic for each that stays. The one file with networkx."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import networkx as nx
from msgspec.structs import replace

from assetc.compiler.asset import Edge
from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic
from assetc.compiler.rules import Rules
from assetc.definitions.key import AssetKey

MOST_CYCLES = 20
"""So many independent cycles of one knot are told; whoever breaks those sees the rest, if there is any."""

MOST_NAMES = 12
"""A longer cycle is told with its middle left out."""

INFERRED_KINDS = frozenset({"sql", "py-sql", "arg"})
"""Edges that nobody declared: what inference adds to a dbt project."""


def without_cycles(edges: tuple[Edge, ...], rules: Rules) -> tuple[tuple[Edge, ...], tuple[Diagnostic, ...]]:
    """The edges but those that may be left out to break a cycle, and what is to be said about both."""
    firm = [edge for edge in edges if not _may_go(edge, rules)]
    graph = _digraph(firm)
    problems = [_told(cycle, firm) for cycle in _cycles(graph)]
    dropped = _closing(graph, [edge for edge in edges if _may_go(edge, rules)])
    problems += [_note(edge) for edge in dropped]
    gone = set(map(id, dropped))
    return tuple(edge for edge in edges if id(edge) not in gone), tuple(problems)


def _may_go(edge: Edge, rules: Rules) -> bool:
    return edge.certainty == "likely" or (not rules.plain_names_are_ours and edge.kind in INFERRED_KINDS)


def _digraph(edges: Iterable[Edge]) -> nx.DiGraph[AssetKey]:
    """The graph in reading direction: from an asset to what it needs."""
    graph: nx.DiGraph[AssetKey] = nx.DiGraph()
    graph.add_edges_from((edge.down, edge.up) for edge in edges)
    return graph


def _closing(graph: nx.DiGraph[AssetKey], candidates: list[Edge]) -> list[Edge]:
    """Those of `candidates` that would close a cycle, certain ones tried first; the others enter `graph`."""
    graph.add_nodes_from(key for edge in candidates for key in (edge.down, edge.up))
    whole = graph.copy()
    whole.add_edges_from((edge.down, edge.up) for edge in candidates)
    knot = {key: index for index, part in enumerate(nx.strongly_connected_components(whole)) for key in part}
    dropped: list[Edge] = []
    for edge in sorted(candidates, key=lambda edge: (edge.certainty != "certain", edge.down, edge.up)):
        if knot[edge.down] == knot[edge.up] and nx.has_path(graph, edge.up, edge.down):
            dropped.append(edge)
        else:
            graph.add_edge(edge.down, edge.up)
    return dropped


def _cycles(graph: nx.DiGraph[AssetKey]) -> list[tuple[AssetKey, ...]]:
    """Independent cycles, the first key repeated at the end: without their last edges none is left."""
    found: list[tuple[AssetKey, ...]] = []
    for knot in sorted(_knots(graph), key=min):
        work = [graph.subgraph(knot).copy()]
        told = 0
        while work and told < MOST_CYCLES:
            part = work.pop()
            cycle = _shortest_through(part, min(part))
            found.append(cycle)
            told += 1
            part.remove_edge(*cycle[-2:])
            work += [part.subgraph(rest).copy() for rest in sorted(_knots(part), key=min, reverse=True)]
    return found


def _knots(graph: nx.DiGraph[AssetKey]) -> list[set[AssetKey]]:
    return [knot for knot in nx.strongly_connected_components(graph) if len(knot) > 1]


def _shortest_through(graph: nx.DiGraph[AssetKey], key: AssetKey) -> tuple[AssetKey, ...]:
    distance = nx.single_target_shortest_path_length(graph, key)
    lengths = dict(distance)
    first = min(graph.successors(key), key=lambda near: (lengths[near], near))
    return (key, *nx.shortest_path(graph, first, key))


def _told(cycle: tuple[AssetKey, ...], edges: Iterable[Edge]) -> Diagnostic:
    """E103 with every edge of the cycle and the place where it is written."""
    places = {(edge.down, edge.up): edge for edge in sorted(edges, key=_place, reverse=True)}
    evidence = [places[pair] for pair in pairwise(cycle)]
    shown = _without_middle(evidence)
    names = [str(key) for key in cycle]
    if len(shown) < len(evidence):
        half = MOST_NAMES // 2
        names = [*names[:half], f"({len(cycle) - 2 * half} more)", *names[-half:]]
    reads = ", ".join(f"{edge.down} reads {edge.up} at {edge.span.where}" for edge in shown)
    return diagnostic(
        "E103",
        f"assets need each other: {' -> '.join(names)} ({reads})",
        evidence[0].span,
        label=f"{evidence[0].down} reads {evidence[0].up}",
        hint="Remove one of these reads, or read the earlier state of a table as a source",
        related=[Annotation(edge.span, f"{edge.down} reads {edge.up}") for edge in shown[1:]],
    )


def _without_middle(evidence: list[Edge]) -> list[Edge]:
    if len(evidence) <= MOST_NAMES:
        return evidence
    return [*evidence[: MOST_NAMES // 2], *evidence[-MOST_NAMES // 2 :]]


def _note(edge: Edge) -> Diagnostic:
    note = diagnostic(
        "W217",
        f"{edge.down} seems to read {edge.up}, which would close a cycle; the edge is left out",
        edge.span,
        hint=f"Name {edge.up} in ignore_deps of {edge.down} to say that it is none",
    )
    return replace(note, severity="note")


def _place(edge: Edge) -> tuple[str, int]:
    return (edge.span.path, edge.span.start)
