"""What one asks for, as options and as an expression; what else is needed to answer; and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from assetc.compiler.asset import NodeId
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.names.namesake import Namesake
from assetc.compiler.rules import NATIVE, Rules
from assetc.definitions.key import AssetKey

Command = Literal["run", "build", "seed", "test"]
"""The commands that execute what is selected."""

Depth: TypeAlias = int | None
"""How far to walk: 0 is not at all, None is to the end."""

Indirect = Literal["eager", "cautious", "buildable", "empty"]
"""Which checks come along with the assets they read: dbt's indirect selection."""

INDIRECT_MODES: tuple[Indirect, ...] = ("eager", "cautious", "buildable", "empty")


class Criterion(Struct, frozen=True):
    """`2+tag:nightly+`: what a method finds for a value, and how far around it to go.

    Without a `method` the value says which one it is. `parents` and `children` are depths;
    `childrens_parents` is `@`. `indirect` is set where a definition in selectors.yml sets it for this one.
    """

    value: str
    method: str | None = None
    arguments: tuple[str, ...] = ()
    parents: Depth = 0
    children: Depth = 0
    childrens_parents: bool = False
    indirect: Indirect | None = None


class Union(Struct, frozen=True):
    """What any part selects."""

    parts: tuple[Expression, ...]


class Intersection(Struct, frozen=True):
    """What every part selects."""

    parts: tuple[Expression, ...]


class Difference(Struct, frozen=True):
    """What `include` selects and `exclude` does not."""

    include: Expression
    exclude: Expression


Expression: TypeAlias = Criterion | Union | Intersection | Difference

NOTHING = Union(())


def criterion_text(criterion: Criterion) -> str:
    """The criterion as one writes it on a command line."""
    at = "@" if criterion.childrens_parents else ""
    before = "" if criterion.parents == 0 else f"{_count(criterion.parents)}+"
    after = "" if criterion.children == 0 else f"+{_count(criterion.children)}"
    method = "" if criterion.method is None else ".".join((criterion.method, *criterion.arguments)) + ":"
    return f"{at}{before}{method}{criterion.value}{after}"


def _count(depth: Depth) -> str:
    return "" if depth is None else str(depth)


def expression_text(expression: Expression) -> str:
    """The expression as one writes it, as far as a command line can say it."""
    match expression:
        case Criterion():
            return criterion_text(expression)
        case Union(parts):
            return " ".join(map(expression_text, parts))
        case Intersection(parts):
            return ",".join(map(expression_text, parts))
        case Difference(include, exclude):
            return f"{expression_text(include)} --exclude {expression_text(exclude)}"


class SelectionRequest(Struct, frozen=True):
    """The selection options of a command. Nothing asked for selects everything."""

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
    others: tuple[Namesake, ...] = ()
    """What bears a name and is no asset."""


class Selected(Struct, frozen=True):
    """What was selected: assets and sources by their keys, and `nodes` that are neither, such as checks."""

    assets: frozenset[AssetKey] = frozenset()
    sources: frozenset[AssetKey] = frozenset()
    nodes: frozenset[NodeId] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.assets or self.sources or self.nodes)
