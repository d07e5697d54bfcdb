"""What a project compiles to."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from assetc.compiler.asset import Graph
from assetc.compiler.diagnostic import Diagnostic
from assetc.definitions.key import AssetKey

Written: TypeAlias = tuple[AssetKey, tuple[str, ...]]
Known: TypeAlias = dict[AssetKey, tuple[str, ...] | None]
Seen: TypeAlias = tuple[str, str, str]
"""A `Read` of a template: its kind, its name, and a hash of what was seen."""


class Compilation(Struct, frozen=True):
    """The graph, everything that is wrong, and what is derived along the graph.

    `written` are the relations that the bodies of Python assets create; `reads` is what templates looked at outside
    of the project's files (variables, environment, target), `outside` the content hashes of files outside of its
    folders that Python files lead to: while these and the project's files are the same, so is the compilation.
    """

    graph: Graph
    diagnostics: tuple[Diagnostic, ...]
    columns: Known
    written: tuple[Written, ...]
    reads: tuple[Seen, ...] = ()
    outside: tuple[tuple[str, str], ...] = ()


class Counts(Struct, frozen=True):
    """How much work a compilation was: files read, SQL texts parsed, models whose columns were derived."""

    read: int = 0
    parsed: int = 0
    derived: int = 0
