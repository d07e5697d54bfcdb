"""The names of the built-in materializations, for whoever only asks whether one exists."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.place import Span

KNOWN_MATERIALIZATIONS = ("view", "table", "incremental", "ephemeral", "seed", "snapshot")

WRITABLE = KNOWN_MATERIALIZATIONS[:4]
"""Those that a configuration may name."""


def unknown_materialization(name: str, span: Span | None) -> Iterator[Diagnostic]:
    """The fault of a materialization that nothing carries out; of an empty name something else was said."""
    if name:
        hint = did_you_mean(name, WRITABLE) or f"It is one of {', '.join(WRITABLE)}"
        yield diagnostic("E178", f"there is no materialization `{name}`", span, hint=hint)


def without_query(materialized: str, title: str, span: Span | None) -> Diagnostic:
    """The fault of an asset that is to be a query and whose rows come from somewhere else."""
    be = "a view" if materialized == "view" else materialized
    message = f"{title} cannot be {be}, because its rows do not come from a query"
    return diagnostic("E176", message, span, hint="Materialize it as table, or as incremental")
