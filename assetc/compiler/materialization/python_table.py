"""Rows from a table value that a Python asset returned."""

from __future__ import annotations

from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.materialization.build import Build
from assetc.compiler.operation import Column, CreateEmpty, Describe, LoadValue, Operations, Report
from assetc.definitions.relation import Relation


def load_table_value(build: Build, value: object, relation: Relation) -> Operations:
    """Create `relation` with the rows of the value."""
    if isinstance(value, list) and not value:
        yield from _without_rows(build, relation)
        return
    yield LoadValue(relation, value, temporary=relation.schema is None)


def _without_rows(build: Build, relation: Relation) -> Operations:
    """An empty list of dicts has no columns: they are those declared, else those that the table has now."""
    columns = _declared_columns(build)
    if not columns and build.existing == "table":
        columns = yield Describe(build.relation)
    if columns:
        yield CreateEmpty(relation, columns, relation.schema is None)
        return
    yield Report(
        diagnostic(
            "E174",
            f"`{build.relation.name}` returned an empty list, which does not tell its columns",
            build.span,
            hint="Declare its columns with their types, or return an empty frame that has columns",
        )
    )


def _declared_columns(build: Build) -> tuple[Column, ...]:
    """The declared columns, if every one of them has a type."""
    typed = tuple(Column(column.name, column.type) for column in build.columns if column.type)
    return typed if len(typed) == len(build.columns) else ()
