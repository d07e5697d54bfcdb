"""What an asset needs and what needs it, as the lines of a tree."""

from __future__ import annotations

from msgspec import Struct

from assetc.compiler.asset import Graph
from assetc.compiler.graph import Adjacency
from assetc.definitions.key import AssetKey


class Branch(Struct, frozen=True):
    """One line of a tree. `lasts`: on which levels it is the last sibling; `repeated`: it is unfolded elsewhere."""

    key: AssetKey
    lasts: tuple[bool, ...]
    repeated: bool = False


class LineageTree(Struct, frozen=True):
    """The trees above and below an asset; each in the order in which it is read, without the asset itself."""

    key: AssetKey
    up: tuple[Branch, ...]
    down: tuple[Branch, ...]


def lineage_tree(graph: Graph, key: AssetKey, up: int | None, down: int | None) -> LineageTree:
    """The lineage of `key`, `up` and `down` steps away (None: all)."""
    return LineageTree(key, _branches(graph.upstream, key, up), _branches(graph.downstream, key, down))


def _branches(near: Adjacency, root: AssetKey, depth: int | None) -> tuple[Branch, ...]:
    """A key is unfolded once, where it is nearest to the root: there are no more lines than edges."""
    nearest = _distances(near, root, depth)
    unfolded = {root}
    lines: list[Branch] = []
    stack = _opened(near[root], ()) if root in nearest and depth != 0 else []
    while stack:
        key, lasts = stack.pop()
        children = near.get(key, ()) if depth is None or len(lasts) < depth else ()
        here = key not in unfolded and nearest[key] == len(lasts)
        lines.append(Branch(key, lasts, repeated=bool(children) and not here))
        if here:
            unfolded.add(key)
            stack += _opened(children, lasts)
    return tuple(lines)


def _opened(keys: tuple[AssetKey, ...], lasts: tuple[bool, ...]) -> list[tuple[AssetKey, tuple[bool, ...]]]:
    """The children of a line, last one first, as a stack wants them."""
    return [(key, (*lasts, index == 0)) for index, key in enumerate(reversed(keys))]


def _distances(near: Adjacency, root: AssetKey, depth: int | None) -> dict[AssetKey, int]:
    distance = {root: 0}
    layer = [root]
    steps = 0
    while layer and (depth is None or steps < depth):
        steps += 1
        layer = [key for key in dict.fromkeys(key for one in layer for key in near[one]) if key not in distance]
        distance |= dict.fromkeys(layer, steps)
    return distance
