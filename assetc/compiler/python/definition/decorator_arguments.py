"""Which arguments of a decorator are configuration."""

from __future__ import annotations

STRUCTURE = frozenset((
    "name", "key", "key_prefix", "deps", "non_argument_deps", "ignore_deps", "ins", "outs", "specs",
    "description", "sql", "internal_asset_deps",
))  # fmt: skip
"""Arguments that have fields of their own in a reading."""

NO_CONFIGURATION = frozenset((
    "auto_materialize_policy", "can_subset", "check_specs", "dagster_type", "hooks", "io_manager_def", "is_virtual",
    "pool", "resource_defs",
))  # fmt: skip
"""Arguments that have nothing to do with how an asset is stored."""


def is_configuration(argument: str) -> bool:
    """Whether an argument of a decorator says how the asset is stored; that in its `config={...}` is known already."""
    return argument not in STRUCTURE | NO_CONFIGURATION | {"config"}


def as_words(tags: object) -> object:
    """Dagster's tags have values, dbt's do not: `team=sales` becomes one word."""
    if not isinstance(tags, dict):
        return tags
    return [f"{name}={value}" if value not in ("", None) else str(name) for name, value in tags.items()]
