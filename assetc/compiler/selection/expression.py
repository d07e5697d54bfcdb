"""What a selection means, as a tree, and the text that says the same."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

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
