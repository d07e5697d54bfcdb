"""What a warehouse's refusal means to the author: the fault at the place in the template, in the warehouse's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from assetc.adapters.protocol import Places, WarehouseError
from assetc.compiler.asset import Asset, Check
from assetc.compiler.asset_texts import predicates_of
from assetc.compiler.check_texts import texts_of_check
from assetc.compiler.config_text import ConfigText, ReadText
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span
from assetc.runtime.steps.missing_relation import WORD, Stored, find_missing, how_to_make

LONGEST_HINT = 300
_CATALOGUE = re.compile(r"Did you mean \"?(information_schema|pg_|duckdb_|sqlite_)", re.IGNORECASE)
"""A guess of the warehouse among its own tables helps nobody."""


def failed_statement(
    error: WarehouseError,
    asset: Asset,
    upstream: Iterable[Stored],
    read_text: ReadText,
    places_of: Callable[[int, int], Places | None] | None = None,
) -> Diagnostic:
    """The diagnostic of a statement that failed.

    `places_of` maps an offset in the asset's own SQL, and a length, to the template and the macros that it calls;
    without it the asset is the place.
    `upstream` is what it reads: some of that may not be there yet.
    """
    message, hint = message_and_hint(error)
    title, (span, behind) = _place_of(error, asset, read_text, places_of)
    missing = find_missing(error, error.statement.sql, upstream) if error.statement else None
    if missing is not None:
        hint = how_to_make(missing, asset.key)
    return diagnostic("E300", f"{title}: {message}" if title else message, span, hint=hint, related=behind)


def _place_of(
    error: WarehouseError, asset: Asset, read_text: ReadText, places_of: Callable[[int, int], Places | None] | None
) -> tuple[str, Places]:
    """What the failed text is called, if it is not the asset's own SQL, and where the fault stands."""
    statement, at = error.statement, error.position
    if statement is None or (at is None and statement.written is None):
        return "", (asset.span, ())
    word = WORD.match(statement.sql, at or 0)
    length = len(word[0]) if word else 1
    if statement.written is not None:
        written = statement.written
        return written.title, (written.span, ()) if at is None else written.places_of(at, length)
    if at is not None and statement.body is not None:
        return "", (places_of and places_of(at - statement.body, length)) or (asset.span, ())
    texts = predicates_of(asset)
    title, span = _found_in(texts, at or 0, statement.sql, read_text) or ("", asset.span)
    return title, (span, ())


def failed_check(
    error: WarehouseError, check: Check, query: str, read: Iterable[Stored], read_text: ReadText
) -> Diagnostic:
    """The diagnostic of a check that cannot be executed: at the `where` or the argument that the fault stands in."""
    message, hint = message_and_hint(error)
    missing = find_missing(error, query, read)
    if missing is not None:
        hint = how_to_make(missing, missing.key)
    at = error.position
    found = None if at is None else _found_in(texts_of_check(check), at, query, read_text)
    if found is None:
        return diagnostic("E300", message, check.span, hint=hint)
    title, place = found
    return diagnostic("E300", f"{title}: {message}", place, hint=hint)


def _found_in(texts: Iterable[ConfigText], at: int, sql: str, read_text: ReadText) -> tuple[str, Span] | None:
    """The title and the place of the text that is at a position of SQL which was made with these texts."""
    for text in texts:
        part = _part_at(at, sql, text.text)
        if part is not None:
            return text.title, text.place(*part, read_text)
    return None


def _part_at(position: int, query: str, text: str) -> tuple[int, int] | None:
    """The part of a text, which stands in a query, at a position of the query; a mere word may be another's."""
    start = query.find(text, max(position - len(text) + 1, 0))
    is_elsewhere = text.isidentifier() and len(re.findall(rf"\b{text}\b", query)) > 1
    if not 0 <= start <= position or is_elsewhere:
        return None
    word = WORD.match(query, position)
    return position - start, min(word.end() - start if word else len(text), len(text))


def failed_query(error: WarehouseError, query: str, stored: Iterable[Stored], place: Span | None) -> Diagnostic:
    """The diagnostic of a query for rows. No warehouse knows that a table is an asset that was not built yet."""
    message, hint = message_and_hint(error)
    missing = find_missing(error, query, stored)
    if missing is not None:
        hint = how_to_make(missing, missing.key)
    return diagnostic("E300", message, place, hint=hint)


def message_and_hint(error: WarehouseError) -> tuple[str, str]:
    """The first line of what the warehouse says as a phrase, and the rest, or the adapter's advice, as a hint."""
    message, _, rest = error.message.strip().partition("\n")
    return message.rstrip(".!"), error.hint or _in_one_line(rest)


def _in_one_line(text: str) -> str:
    """The further lines of a message, without the echo of the statement that some warehouses add."""
    lines = (line.strip() for line in text.splitlines())
    text = " ".join(line for line in lines if line and not line.startswith(("LINE ", "^")))
    return "" if _CATALOGUE.match(text) else text.replace(": :", ":")[:LONGEST_HINT]
