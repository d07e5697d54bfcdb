"""What a text reads and writes, as written: the result of understanding SQL or Python, before names are resolved."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ReferenceKind = Literal[
    "read",  # a relation read
    "write",  # a relation written
    "file_read",
    "file_write",
    "stage_read",
    "stage_write",
    "table_function",  # a table function of the user's
    "function",  # a user-defined function
    "unknown",  # a source that cannot be known from the text; reported, never guessed
]

Certainty = Literal["certain", "likely"]

EdgeKind = Literal["ref", "source", "sql", "file", "arg", "explicit", "py-sql", "hook", "check"]


class Reference(Struct, frozen=True):
    """One name at one place of a text.

    `parts` is the name, outermost part first, folded as the dialect folds it; for files and stages the one part is
    the address. `start` and `end` are character offsets (end exclusive) of the name in the text that was read, or
    -1 where the name has no single place there (a constant-folded name, SQL inside a string).
    `operation` says what happens to a written relation: create, replace, insert, merge, update, delete, drop ...
    `has_alias` tells whether an alias stands after the name, so that a splice knows whether to add one;
    `alias_at` is where it may be added, or -1 where none may stand.
    """

    kind: ReferenceKind
    parts: tuple[str, ...]
    certainty: Certainty = "certain"
    operation: str = ""
    start: int = -1
    end: int = -1
    has_alias: bool = False
    alias_at: int = -1
