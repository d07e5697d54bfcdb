"""Whether a unique key can tell the rows of an asset apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.materialization.build import Build
from assetc.compiler.materialization.strategy import strategy_of
from assetc.compiler.operation import Column, Describe, Operations, RefuseRows, Report
from assetc.definitions.relation import Relation

_NAME = re.compile(r"\w+")
_KEYED = ("merge", "delete+insert")


def check_first_key(build: Build, staged: Relation) -> Operations:
    """The faults of the key in the rows of a first build, which the second would double."""
    if build.config.unique_key and build.guards_rows:
        queried = yield Describe(staged)
        yield from check_key(build, staged, queried)


def check_key(build: Build, staged: Relation, queried: tuple[Column, ...]) -> Operations:
    """The faults of the key: parts that the query does not return, and rows that it does not tell apart."""
    for problem in (*_unknown_parts(build, queried), *_unknown_updates(build, queried)):
        yield Report(problem)
    yield from _refused_rows(build, staged, queried)


def _unknown_parts(build: Build, queried: Iterable[Column]) -> Iterator[Diagnostic]:
    """Parts of the key that the query does not return; delete+insert takes expressions too."""
    strategy = strategy_of(build)
    for part in build.config.unique_key:
        if strategy == "merge" or (strategy == "delete+insert" and _NAME.fullmatch(part)):
            yield from _unknown(build, "unique_key", part, queried)


def _unknown_updates(build: Build, queried: Iterable[Column]) -> Iterator[Diagnostic]:
    if strategy_of(build) != "merge":
        return
    for name in build.config.merge_update_columns:
        yield from _unknown(build, "merge_update_columns", name, queried)
    for name in build.config.merge_exclude_columns if build.guards_rows else ():
        yield from _unknown(build, "merge_exclude_columns", name, queried)


def _unknown(build: Build, setting: str, name: str, queried: Iterable[Column]) -> Iterator[Diagnostic]:
    names = [column.name for column in queried]
    if name.casefold() not in map(str.casefold, names):
        message = f"{setting} names `{name}`, which the query of `{build.relation.name}` does not return"
        hint = did_you_mean(name, names) or f"It returns {', '.join(names)}"
        yield diagnostic("E173", message, build.place(setting), hint=hint)


def _refused_rows(build: Build, staged: Relation, queried: Iterable[Column]) -> Operations:
    """NULL equals nothing, so that such a row is added each time. What a merge finds twice it updates twice."""
    key, columns, strategy = build.config.unique_key, tuple(column.name for column in queried), strategy_of(build)
    if not key or strategy not in _KEYED or not build.guards_rows:
        return
    name, place = f"unique_key {', '.join(f'`{part}`' for part in key)}", build.place("unique_key")
    message = f"{name} is NULL in {{count}} of the new rows of `{build.relation.name}`"
    hint = f"Leave these rows out, or give them a value, such as coalesce({key[0]}, ...)"
    yield RefuseRows(staged, key, columns, diagnostic("E196", message, place, hint=hint))
    if strategy == "merge":
        message = f"{name} is repeated in the new rows of `{build.relation.name}`: {{count}} of its values"
        hint = "Keep one row of each, or use the strategy delete+insert, which keeps all of them"
        yield RefuseRows(staged, key, columns, diagnostic("E196", message, place, hint=hint), repeated=True)
