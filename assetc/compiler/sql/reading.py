"""The result of reading a SQL text: values that can be cached, and used without the parser."""

from __future__ import annotations

from msgspec import Struct

from assetc.compiler.columns.shape import Shape
from assetc.compiler.reference import Reference


class SqlProblem(Struct, frozen=True):
    """Something wrong with the text; `start` and `end` are offsets in it, and the rest is as in a Diagnostic."""

    code: str
    message: str
    start: int
    end: int
    label: str = ""
    hint: str = ""


class ColumnPrefix(Struct, frozen=True):
    """The `schema.table` of a `schema.table.column`; the table is that of `references[reference]`."""

    reference: int
    start: int
    end: int


class SqlReading(Struct, frozen=True):
    """Everything that is known from one SQL text.

    `tokens_hash` changes when more than comments and white space does; `shape` are the output columns.
    `comment_names` are the names after `depends_on:` in comments, as written, with their offsets.
    """

    dialect: str
    references: tuple[Reference, ...] = ()
    column_prefixes: tuple[ColumnPrefix, ...] = ()
    problems: tuple[SqlProblem, ...] = ()
    tokens_hash: str = ""
    shape: Shape | None = None
    comment_names: tuple[tuple[str, int, int], ...] = ()
