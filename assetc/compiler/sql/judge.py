"""The parser of a warehouse, which can be asked about a text without a connection: it alone knows what is valid."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Refusal(Struct, frozen=True):
    """Why the parser of a warehouse refuses a text, and the offset where; None: it does not say where."""

    message: str
    offset: int | None


class Judge(Protocol):
    """A parser of SQL. It executes nothing, and touches neither files nor the network."""

    @property
    def dialect(self) -> str:
        """The dialect that it knows."""

    @property
    def version(self) -> str:
        """What changes when its verdict may; "" while it is not installed."""

    def refusal(self, sql: str) -> Refusal | None:
        """Why it refuses a text; None if it accepts it."""
