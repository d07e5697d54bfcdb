"""What a warehouse's refusal means to the author: the fault at the place in the template, in the warehouse's words."""

from __future__ import annotations

import re
from collections.abc import Callable

from assetc.adapters.protocol import WarehouseError
from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span

WORD = re.compile(r"[\w.]+|\"[^\"]*\"|\S")
LONGEST_HINT = 300


def failed_statement(error: WarehouseError, asset: Asset, place: Callable[[int, int], Span] | None) -> Diagnostic:
    """The diagnostic of a statement that failed.

    `place` maps an offset in the asset's own SQL, and a length, to the template; without it the asset is the place.
    """
    message, _, rest = error.message.strip().partition("\n")
    span = asset.span
    if place is not None and error.position is not None and error.statement is not None:
        offset = error.position - error.statement.body
        word = WORD.match(error.statement.sql, error.position)
        if offset >= 0:
            span = place(offset, len(word[0]) if word else 1)
    return diagnostic("E300", message.rstrip("."), span, hint=error.hint or _in_one_line(rest))


def _in_one_line(text: str) -> str:
    """The further lines of a message, without the echo of the statement that some warehouses add."""
    lines = (line.strip() for line in text.splitlines())
    told = " ".join(line for line in lines if line and not line.startswith(("LINE ", "^")))
    return told.replace(": :", ":")[:LONGEST_HINT]
