"""What a warehouse's refusal means to the author: the fault at the place in the template, in the warehouse's words."""

from __future__ import annotations

from collections.abc import Callable

from assetc.adapters.protocol import WarehouseError
from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span


def failed_statement(error: WarehouseError, asset: Asset, place: Callable[[int], Span] | None) -> Diagnostic:
    """The diagnostic of a statement that failed; `place` maps an offset in the asset's own SQL to its template."""
    message, _, rest = error.message.strip().partition("\n")
    span = asset.span
    if place is not None and error.position is not None and error.statement is not None:
        offset = error.position - error.statement.body
        if offset >= 0:
            span = place(offset)
    hint = (
        error.hint or " ".join(line.strip() for line in rest.splitlines() if line.strip() and "LINE " not in line)[:300]
    )
    return diagnostic("E300", message.rstrip("."), span, hint=hint)
