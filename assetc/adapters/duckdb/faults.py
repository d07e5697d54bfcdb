"""What DuckDB's errors mean: exceptions of the driver become WarehouseError or Canceled."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import duckdb

from assetc.adapters.protocol import Canceled, WarehouseError

_CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")
_CSV_REASON = re.compile(
    r"^(Expected Number|Error when|Value with|Invalid unicode|Maximum line|Quote|Escape).*", re.MULTILINE
)
_ABORTED = "Current transaction is aborted"
"""What is said of each statement after one that failed: only a new transaction helps."""
_HINTS = (
    ("no space left on device", "free some space on the disk, then run again"),
    ("file too large", "free some space on the disk, then run again"),
    ("not a valid duckdb database", "give the path of a DuckDB database file"),
    ("out of memory", "raise `memory_limit` in the target's settings, or lower the number of threads"),
    ("database has been invalidated", "the database stopped after an earlier error; run again"),
)


_ROW_HINTS = (
    ("Expected Number of Columns", "Give the row as many values as the first line has names, or set `delimiter`"),
    ("quote", 'Close the quote; a quote inside of a value is written twice: ""'),
    ("unicode", "Save the file as UTF-8"),
)
"""What to do about a row of a CSV file, by what is said of it."""


def translate(error: duckdb.Error, sql: str = "") -> WarehouseError | Canceled:
    """The error as the rest of assetc knows it."""
    message, offset = _parts(str(error))
    if isinstance(error, duckdb.InterruptException):
        return Canceled(message)
    line = _CSV_LINE.search(message)
    reason = _csv_reason(message) if line else message
    return WarehouseError(
        reason,
        transient=isinstance(error, duckdb.TransactionException) and _ABORTED not in message,
        position=None if offset is None else characters(sql, offset),
        line=int(line.group(1)) if line else None,
        hint=_hint(message, _HINTS) or (_hint(reason, _ROW_HINTS) if line else ""),
    )


def place_of(error: duckdb.Error, sql: str) -> tuple[str, int | None]:
    """What the parser says, without the kind of its error, and at which character."""
    message, offset = _parts(str(error))
    return message.partition(" Error: ")[2] or message, None if offset is None else characters(sql, offset)


def characters(text: str, offset: int) -> int:
    """The character at a byte offset, which is what DuckDB counts."""
    return len(text.encode()[:offset].decode(errors="ignore"))


def _parts(text: str) -> tuple[str, int | None]:
    """The message and the byte offset: a session asks for errors as JSON, but not every error comes so."""
    start = text.find('{"exception_type"')
    if start < 0:
        return text, None
    try:
        found = json.loads(text[start:])
    except json.JSONDecodeError:
        return text, None
    kind, message = found.get("exception_type", ""), found.get("exception_message", "")
    position = found.get("position")
    return f"{kind} Error: {message}", int(position) if position is not None else None


def _csv_reason(message: str) -> str:
    """What is wrong with the row, without the reader's settings and its advice."""
    reason = _CSV_REASON.search(message)
    return reason.group().rstrip(". ") if reason else message


def _hint(message: str, hints: Iterable[tuple[str, str]]) -> str:
    folded = message.lower()
    return next((hint for sign, hint in hints if sign.lower() in folded), "")
