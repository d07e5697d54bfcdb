"""Which incremental strategy an asset uses, and whether its configuration fits it."""

from __future__ import annotations

import re

from assetc.compiler.abilities import Abilities
from assetc.compiler.config import AssetConfig
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.materialization.build import Build
from assetc.compiler.operation import Append, Column, DeleteInsert, Merge, Operation, WriteRows

_NAME = re.compile(r"\w+")
_NOT_BUILT = (
    "merge_clauses", "merge_insert_condition", "merge_on_using_columns", "merge_returning_columns",
    "merge_update_condition", "merge_update_set_expressions",
)  # fmt: skip


def strategy_of(build: Build) -> str:
    """The incremental strategy of a build."""
    return strategy_for(build.config, build.abilities)


def strategy_for(config: AssetConfig, abilities: Abilities) -> str:
    """The configured strategy, else the warehouse's default for assets with or without a unique key."""
    configured = config.incremental_strategy
    if configured and configured != "default":
        return configured.replace("_", "+") if configured == "delete_insert" else configured
    return abilities.strategies[1 if config.unique_key else 0]


def strategy_problem(build: Build) -> Diagnostic | None:
    """Why the strategy cannot be used here."""
    strategy = strategy_of(build)
    supported = (*build.abilities.strategies, *build.own_strategies)
    if strategy not in supported:
        message = f"the incremental strategy `{strategy}` is not supported here"
        hint = did_you_mean(strategy, supported) or f"Supported are {', '.join(supported)}"
        return diagnostic("E172", message, build.place("incremental_strategy"), hint=hint)
    for key in _NOT_BUILT:
        if strategy == "merge" and build.config.extra.get(key):
            return diagnostic("E179", f"`{key}` is not supported yet", build.span, hint="Leave it out")
    return None


def key_problem(build: Build, queried: tuple[Column, ...]) -> Diagnostic | None:
    """A part of the unique key that the query does not return; delete+insert takes expressions too."""
    names = [column.name for column in queried]
    known = set(map(str.casefold, names))
    strategy = strategy_of(build)
    for part in build.config.unique_key:
        if part.casefold() in known or strategy not in ("merge", "delete+insert"):
            continue
        if strategy == "delete+insert" and not _NAME.fullmatch(part):
            continue
        message = f"unique_key names `{part}`, which the query of `{build.relation.name}` does not return"
        hint = did_you_mean(part, names) or f"It returns {', '.join(names)}"
        return diagnostic("E173", message, build.place("unique_key"), hint=hint)
    return None


def write_rows(build: Build, columns: tuple[str, ...]) -> Operation:
    """The operation that brings the staged rows into the relation."""
    source, target = build.temporary, build.relation
    key, predicates = build.config.unique_key, build.config.incremental_predicates
    match strategy_of(build):
        case "merge":
            return Merge(target, source, key, _updated_columns(build, columns), columns, predicates)
        case strategy if strategy not in build.abilities.strategies:
            return WriteRows(strategy, target, source, key, columns, predicates)
        case "delete+insert" if key:
            return DeleteInsert(target, source, key, columns, predicates)
        case _:
            return Append(target, source, columns)


def _updated_columns(build: Build, columns: tuple[str, ...]) -> tuple[str, ...]:
    chosen = {name.casefold() for name in build.config.merge_update_columns}
    left_out = {name.casefold() for name in build.config.merge_exclude_columns}
    return tuple(
        name for name in columns if name.casefold() not in left_out and (not chosen or name.casefold() in chosen)
    )
