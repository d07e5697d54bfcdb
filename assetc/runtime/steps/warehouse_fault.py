"""What a warehouse's refusal means to the author: the fault at the place in the template, in the warehouse's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from assetc.adapters.protocol import WarehouseError
from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span

WORD = re.compile(r"(?:\w+|\"[^\"]*\")(?:\.(?:\w+|\"[^\"]*\"))*|\S")
LONGEST_HINT = 300
_MISSING = re.compile(r"does not exist|not found|no such table|cannot be found", re.IGNORECASE)
_CATALOGUE = re.compile(r"Did you mean \"?(information_schema|pg_|duckdb_|sqlite_)", re.IGNORECASE)
"""A guess of the warehouse among its own tables helps nobody."""


def failed_statement(
    error: WarehouseError, asset: Asset, upstream: Iterable[Asset], place: Callable[[int, int], Span] | None
) -> Diagnostic:
    """The diagnostic of a statement that failed.

    `place` maps an offset in the asset's own SQL, and a length, to the template; without it the asset is the place.
    `upstream` are the assets that it reads: one of them may not have been built yet.
    """
    message, hint = message_and_hint(error)
    span = asset.span
    if error.position is not None and error.statement is not None:
        offset = error.position - error.statement.body
        word = WORD.match(error.statement.sql, error.position)
        if place is not None and offset >= 0:
            span = place(offset, len(word[0]) if word else 1)
        missing = missing_asset(error, error.statement.sql, upstream)
        if missing is not None:
            hint = f"{missing.key} is not built in this target yet: assetc run --select +{asset.key}"
    return diagnostic("E300", message, span, hint=hint)


def failed_query(error: WarehouseError, query: str, assets: Iterable[Asset], place: Span | None) -> Diagnostic:
    """The diagnostic of a query for rows. No warehouse knows that a table is an asset that was not built yet."""
    message, hint = message_and_hint(error)
    missing = missing_asset(error, query, assets)
    if missing is not None:
        hint = f"{missing.key} is not built in this target yet: assetc run --select +{missing.key}"
    return diagnostic("E300", message, place, hint=hint)


def message_and_hint(error: WarehouseError) -> tuple[str, str]:
    """The first line of what the warehouse says as a phrase, and the rest, or the adapter's advice, as a hint."""
    message, _, rest = error.message.strip().partition("\n")
    return message.rstrip(".!"), error.hint or _in_one_line(rest)


def missing_asset(error: WarehouseError, sql: str, assets: Iterable[Asset]) -> Asset | None:
    """The asset whose relation the statement names at the place of the error, where the warehouse has none."""
    if error.position is None or not _MISSING.search(error.message):
        return None
    word = WORD.match(sql, error.position)
    name = word[0].rpartition(".")[2].strip('"').casefold() if word else ""
    return next((each for each in assets if each.relation and each.relation.name.casefold() == name), None)


def _in_one_line(text: str) -> str:
    """The further lines of a message, without the echo of the statement that some warehouses add."""
    lines = (line.strip() for line in text.splitlines())
    text = " ".join(line for line in lines if line and not line.startswith(("LINE ", "^")))
    return "" if _CATALOGUE.match(text) else text.replace(": :", ":")[:LONGEST_HINT]
