"""What a warehouse's refusal means to the author: the fault at the place in the template, in the warehouse's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from assetc.adapters.protocol import WarehouseError
from assetc.compiler.asset import Asset, Check
from assetc.compiler.check_texts import texts_of_check
from assetc.compiler.config_text import ReadText
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


def failed_check(error: WarehouseError, check: Check, query: str, read_text: ReadText) -> Diagnostic:
    """The diagnostic of a check that cannot be executed: at the `where` or the argument that the fault stands in."""
    message, hint = message_and_hint(error)
    for text in texts_of_check(check):
        part = None if error.position is None else _part_at(error.position, query, text.text)
        if part is not None:
            place = text.place(*part, read_text)
            return diagnostic("E300", f"{text.title}: {message}", place, hint=hint)
    return diagnostic("E300", message, check.span, hint=hint)


def _part_at(position: int, query: str, text: str) -> tuple[int, int] | None:
    """The part of a text, which stands in a query, at a position of the query; a mere word may be another's."""
    start = query.find(text, max(position - len(text) + 1, 0))
    is_elsewhere = text.isidentifier() and len(re.findall(rf"\b{text}\b", query)) > 1
    if not 0 <= start <= position or is_elsewhere:
        return None
    word = WORD.match(query, position)
    return position - start, min(word.end() - start if word else len(text), len(text))


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
