"""Names for tests of templates: each renders to itself."""

from __future__ import annotations

from msgspec import Struct


class PlainNames(Struct, frozen=True):
    """Names that render to themselves: enough to discover what a template refers to."""

    this: object = "this"

    def ref(self, package: str | None, name: str, version: str | None) -> object:
        """The name itself."""
        return name

    def source(self, source: str, table: str) -> object:
        """`source.table`."""
        return f"{source}.{table}"
