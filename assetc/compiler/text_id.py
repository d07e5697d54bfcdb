"""Which piece of text something was read from: a file, or a part of one."""

from __future__ import annotations

from msgspec import Struct


class TextId(Struct, frozen=True, array_like=True, gc=False, order=True):
    """A file, by its path; `part` names a piece of it: a snapshot block, a hook, a query in YAML."""

    path: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.path}#{self.part}" if self.part else self.path


PROJECT = TextId("")
"""The project as a whole: the owner of what no single text causes."""
