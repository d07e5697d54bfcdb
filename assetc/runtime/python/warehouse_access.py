"""How a body reaches the warehouse: names of assets become the target's relations, and what was sent is kept."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct, field

from assetc.adapters.protocol import Adapter, Session
from assetc.definitions.errors import InvariantError
from assetc.definitions.relation import Relation

NamingCall: TypeAlias = Literal["ref", "source", "table"]
"""The calls with which a body names a relation."""


class WarehouseAccess(Struct, frozen=True):
    """What the caller gives so that a body can use the warehouse.

    `resolve_sql` writes the target's relations into a SQL text; `resolve_name` gives the relation that a
    call with these arguments names, None when there is none; `this` is the asset's own relation. `registered` are the
    tables that the body gave names to.
    """

    adapter: Adapter
    session: Session
    root: Path
    resolve_sql: Callable[[str], str]
    resolve_name: Callable[[NamingCall, tuple[str, ...]], Relation | None]
    this: Relation | None = None
    registered: dict[str, object] = field(default_factory=dict)

    def relation_of(self, call: NamingCall, *name: str) -> Relation:
        """The relation of an asset or source. Raises InvariantError (E101) when there is none."""
        found = self.resolve_name(call, name)
        if found is None:
            raise InvariantError(f"no asset or source is named {'.'.join(name)!r}", code="E101")
        return found

    def read_file(self, path: str | PathLike[str]) -> str:
        """The text of a file of the project."""
        return (self.root / path).read_text(encoding="utf-8")
