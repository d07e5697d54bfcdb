"""What a warehouse can do, as far as the compiler must know."""

from __future__ import annotations

from msgspec import Struct


class Abilities(Struct, frozen=True):
    """What a warehouse can do, as far as it changes which operations bring an asset up to date.

    `strategies` are the incremental strategies by dbt's names; the first two are the defaults:
    without a unique key, and with one.
    """

    transactional_ddl: bool
    strategies: tuple[str, ...]
