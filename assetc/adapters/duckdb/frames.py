"""Execution of SQL that may read local frames by their variable's name, and of none but those."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

# DuckDB looks for a name that is not in its catalogue among the variables of the Python frame that calls it.
# This call is made in a frame that has only the variables that it is given, so none of ours is ever taken.
_CALL = compile("__cursor__.execute(__sql__)", "<assetc>", "eval")
_RELATION = compile("__cursor__.sql(__sql__)", "<assetc>", "eval")


def execute(cursor: duckdb.DuckDBPyConnection, sql: str, frames: Mapping[str, object]) -> None:
    """Execute a statement; the result is the cursor's."""
    eval(_CALL, {"__cursor__": cursor, "__sql__": sql, **frames})  # noqa: S307  the code is the constant above


def relation(
    cursor: duckdb.DuckDBPyConnection, sql: str, frames: Mapping[str, object]
) -> duckdb.DuckDBPyRelation | None:
    """The relation of a query; None for a statement without a result."""
    found: duckdb.DuckDBPyRelation | None = eval(  # noqa: S307  as above
        _RELATION, {"__cursor__": cursor, "__sql__": sql, **frames}
    )
    return found
