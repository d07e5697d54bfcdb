"""The names of the built-in materializations, for who only wants to know whether one exists."""

from __future__ import annotations

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.place import Span

KNOWN_MATERIALIZATIONS = ("view", "table", "incremental", "ephemeral", "seed")


def unknown_materialization(name: str, span: Span | None) -> Diagnostic:
    """The fault of a materialization that nothing carries out."""
    hint = did_you_mean(name, KNOWN_MATERIALIZATIONS) or f"known are {', '.join(KNOWN_MATERIALIZATIONS)}"
    return diagnostic("E178", f"there is no materialization `{name}`", span, hint=hint)
