"""What a warehouse can do, as far as others than its adapter must know."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Abilities(Struct, frozen=True):
    """What a warehouse can do, as far as it changes what is done for an asset.

    `atomic` is what a transaction covers: definitions of tables too, rows only, or nothing. `strategies` are the
    incremental strategies by dbt's names; the first two are the defaults: without a unique key, and with one.
    `local_frames`: the SQL of a Python body may read frames by the names of their variables, and a query of it is a
    relation of DuckDB. `checks_staged`: from its publication on a table keeps readers waiting until the commit, so that
    the checks that guard it run before.
    """

    atomic: Literal["ddl", "dml", "none"]
    strategies: tuple[str, ...]
    local_frames: bool = False
    checks_staged: bool = False
