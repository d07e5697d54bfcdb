"""Asks DuckDB's parser, in an empty database in memory that never executes anything."""

from __future__ import annotations

from functools import lru_cache

import duckdb

from assetc.adapters.duckdb.faults import place_of
from assetc.compiler.sql.judge import Refusal

_ALONE: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "errors_as_json": True,
    "threads": 1,
}
"""With these nothing reaches a file or the network, whatever a version may do while it parses."""


def refusal(sql: str) -> Refusal | None:
    """Why the parser refuses a text; None if it accepts it, or if only executing it can tell."""
    try:
        _parser().cursor().extract_statements(sql)
    except (duckdb.ParserException, duckdb.SyntaxException) as error:
        return Refusal(*place_of(error, sql))
    except duckdb.Error:
        return None
    return None


@lru_cache(maxsize=1)
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config=_ALONE)
