"""What one asks for, what else is needed to answer, and the answer."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.node import NodeId
from assetc.compiler.rules import NATIVE, Rules
from assetc.compiler.selection.expression import Expression, Indirect
from assetc.definitions.key import AssetKey


class SelectionRequest(Struct, frozen=True):
    """The selection options of a command. Nothing asked for selects everything.

    `indirect` says which checks come along; `resource_types` keeps only those, in dbt's words and ours.
    """

    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    selector: str | None = None
    indirect: Indirect = "eager"
    resource_types: tuple[str, ...] = ()
    exclude_resource_types: tuple[str, ...] = ()


class Definition(Struct, frozen=True):
    """A selector that selectors.yml defines; with faults it selects nothing, or not what was meant."""

    name: str
    expression: Expression
    default: bool = False
    description: str = ""
    faults: tuple[Diagnostic, ...] = ()


class SelectionEnvironment(Struct, frozen=True):
    """What a selection may look at beside the graph."""

    rules: Rules = NATIVE
    project_name: str = ""
    definitions: Mapping[str, Definition] = field(default_factory=dict)


class Selected(Struct, frozen=True):
    """What was selected: assets and sources by their keys, and `nodes` that are neither, such as checks."""

    assets: frozenset[AssetKey] = frozenset()
    sources: frozenset[AssetKey] = frozenset()
    nodes: frozenset[NodeId] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.assets or self.sources or self.nodes)
