"""The built-in materializations: what each means for those who do not carry it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.place import Span

if TYPE_CHECKING:
    from assetc.compiler.operation import RelationKind


class Materialization(Struct, frozen=True):
    """A way of keeping the rows of an asset.

    `relation` is the kind of relation that it makes; None: its query is written into those that read it. `adds_rows`:
    the table of earlier runs is kept, and new rows are added. `reads_itself`: a query may read what it made before.
    `is_repeatable`: doing it twice is the same as doing it once, so that no ledger needs to know of it.
    `is_configurable`: a configuration may name it.
    """

    name: str
    relation: RelationKind | None = "table"
    adds_rows: bool = False
    reads_itself: bool = False
    is_repeatable: bool = True
    is_configurable: bool = True

    @property
    def is_inlined(self) -> bool:
        """Whether nothing is made."""
        return self.relation is None

    @property
    def stores_rows(self) -> bool:
        """Whether rows are kept, and not only a query."""
        return self.relation == "table"


BUILT_IN: Mapping[str, Materialization] = MappingProxyType(
    {
        each.name: each
        for each in (
            Materialization("view", "view"),
            Materialization("table"),
            Materialization("incremental", adds_rows=True, reads_itself=True, is_repeatable=False),
            Materialization("ephemeral", None),
            Materialization("seed", is_configurable=False),
            Materialization("snapshot", reads_itself=True, is_repeatable=False, is_configurable=False),
        )
    }
)

CONFIGURABLE = tuple(name for name, each in BUILT_IN.items() if each.is_configurable)


def materialization_named(name: str) -> Materialization:
    """The materialization of a name; one that is not built in makes a table, as far as is known."""
    return BUILT_IN.get(name) or Materialization(name, is_repeatable=False)


def unknown_materialization(name: str, span: Span | None) -> Iterator[Diagnostic]:
    """The fault of a materialization that nothing carries out; of an empty name something else was said."""
    if name:
        hint = did_you_mean(name, CONFIGURABLE) or f"It is one of {', '.join(CONFIGURABLE)}"
        yield diagnostic("E178", f"there is no materialization `{name}`", span, hint=hint)


def without_query(materialized: str, title: str, span: Span | None) -> Diagnostic:
    """The fault of an asset that is to be a query and whose rows come from somewhere else."""
    be = "a view" if materialized == "view" else materialized
    message = f"{title} cannot be {be}, because its rows do not come from a query"
    return diagnostic("E176", message, span, hint="Materialize it as table, or as incremental")
