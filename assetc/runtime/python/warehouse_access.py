"""How a body reaches the warehouse: names of assets become relations of the target, and what was sent is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from assetc.definitions.errors import InvariantError
from assetc.runtime.python.query_result import BodySession

NameKind: TypeAlias = str


@dataclass(frozen=True, slots=True)
class WarehouseAccess:
    """What the caller gives so that a body can use the warehouse.

    `resolve_sql` writes the target's relations into a SQL text; `resolve_name` gives the relation of `ref` parts
    (an asset or, of two parts, perhaps a source) as SQL writes it, None when there is none; `this` is the asset's
    own relation. `native` is the driver's connection, for what a body asks of it beyond SQL; `has_relations` says
    that the session reads queries as DuckDB relations. `sent` collects the SQL that was executed.
    """

    session: BodySession
    root: Path
    this: str
    resolve_sql: Callable[[str], str]
    resolve_name: Callable[[tuple[str, ...]], str | None]
    has_relations: bool = True
    native: object = None
    sent: list[str] = field(default_factory=list)

    def relation_of(self, *name: str) -> str:
        """The relation of an asset or source, as SQL writes it. Raises InvariantError (E101) when there is none."""
        found = self.resolve_name(name)
        if found is None:
            raise InvariantError(f"no asset or source is named {'.'.join(name)!r}", code="E101")
        return found

    def read_file(self, path: str | PathLike[str]) -> str:
        """The text of a file of the project."""
        return (self.root / path).read_text(encoding="utf-8")
