"""The result of reading a SQL text: values that can be cached, and used without the parser."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from assetc.compiler.columns.shape import Shape
from assetc.compiler.reference import Reference

Stands: TypeAlias = Literal["always", "unless accepted", "if refused"]
"""Whether a fault that we find is one, or the parser of the warehouse has to be asked first."""


class SqlProblem(Struct, frozen=True):
    """Something wrong with the text; `start` and `end` are offsets in it, and the rest is as in a Diagnostic."""

    code: str
    message: str
    start: int
    end: int
    label: str = ""
    hint: str = ""
    stands: Stands = "always"


class ColumnPrefix(Struct, frozen=True):
    """The `schema.table` of a `schema.table.column`; the table is that of `references[reference]`."""

    reference: int
    start: int
    end: int


class SqlReading(Struct, frozen=True):
    """Everything that is known from one SQL text.

    `tokens_hash` changes when more than comments and white space does; `shape` are the output columns.
    `comment_names` are the names after `depends_on:` in comments, as written, with their offsets. `is_judged`: our
    parser could not read all of it, and the one of the warehouse was asked.
    """

    dialect: str
    references: tuple[Reference, ...] = ()
    column_prefixes: tuple[ColumnPrefix, ...] = ()
    problems: tuple[SqlProblem, ...] = ()
    tokens_hash: str = ""
    shape: Shape | None = None
    comment_names: tuple[tuple[str, int, int], ...] = ()
    is_judged: bool = False
