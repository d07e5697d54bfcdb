"""The output columns of a query as far as its own text determines them: names, and stars over what is upstream."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from assetc.compiler.sql.fold import fold_column


class Star(Struct, frozen=True):
    """All columns of a relation or an earlier step, in order: without those `excluded`, some `renamed` (old, new)."""

    source: tuple[str, ...] | int
    excluded: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()


Item: TypeAlias = str | Star


class Shape(Struct, frozen=True):
    """The queries that reach the output, each a list of items; the last one is the output itself."""

    dialect: str
    steps: tuple[tuple[Item, ...], ...]

    @property
    def sources(self) -> tuple[tuple[str, ...], ...]:
        """The relations whose columns must be known to know the output."""
        stars = (item for step in self.steps for item in step if isinstance(item, Star))
        return tuple(dict.fromkeys(star.source for star in stars if isinstance(star.source, tuple)))


def output_columns(
    shape: Shape, columns_of: Callable[[tuple[str, ...]], tuple[str, ...] | None]
) -> tuple[str, ...] | None:
    """The names of the columns, folded, from those of the relations as they are stored; None if not certain."""
    known: list[tuple[str, ...]] = []
    for step in shape.steps:
        names: list[str] = []
        for item in step:
            found = (item,) if isinstance(item, str) else _expand(shape.dialect, item, known, columns_of)
            if found is None:
                return None
            names.extend(found)
        if not names or _has_twins(names):
            return None
        known.append(tuple(names))
    return known[-1] if known else None


def _expand(
    dialect: str,
    star: Star,
    known: list[tuple[str, ...]],
    columns_of: Callable[[tuple[str, ...]], tuple[str, ...] | None],
) -> tuple[str, ...] | None:
    if isinstance(star.source, int):
        columns: tuple[str, ...] | None = known[star.source]
    else:
        columns = columns_of(star.source)
    if columns is None:
        return None
    folded = tuple(fold_column(dialect, column, quoted=True) for column in columns)
    renamed = dict(star.renamed)
    return tuple(renamed.get(column, column) for column in folded if column not in star.excluded)


def _has_twins(names: list[str]) -> bool:
    """Whether two output columns have one name: warehouses differ in what then happens."""
    return len({name.lower() for name in names}) < len(names)
