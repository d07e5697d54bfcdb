"""DuckDB's own parser as the judge of a text. The driver is imported when it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assetc.compiler.sql.judge import Refusal


class DuckDbJudge:
    """Says whether a text is SQL for DuckDB."""

    dialect = "duckdb"

    @property
    def version(self) -> str:
        """The version of the driver, found without importing it."""
        from importlib.metadata import version

        return version("duckdb")

    def refusal(self, sql: str) -> Refusal | None:
        """Why DuckDB's parser refuses a text; None if it accepts it."""
        from assetc.adapters.duckdb.parse import refusal

        return refusal(sql)
