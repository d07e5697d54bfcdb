"""The identities of checks: two that have one name are two checks, unless they ask for the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import md5

from msgspec.structs import replace

from assetc.compiler.asset import Check


def with_own_ids(checks: Iterable[Check]) -> Iterator[Check]:
    """The checks, each once. Of those with one name a SQL file is known by its path, others by a hash of what they ask.

    Whoever is the only one of its name keeps that name as its identity, as in dbt.
    """
    same: dict[tuple[str, str], dict[str, Check]] = {}
    for check in checks:
        same.setdefault((check.id.package, check.name), {}).setdefault(_own_name(check), check)
    for named in same.values():
        if len(named) == 1:
            yield from named.values()
        else:
            yield from (replace(check, id=replace(check.id, name=own)) for own, check in named.items())


def _own_name(check: Check) -> str:
    """A name that a check shares only with one that asks for the same."""
    if check.path is not None:
        return check.path
    asked = repr((check.kind, check.assets[:1], check.column, check.arguments, check.config))
    return f"{check.name}.{md5(asked.encode('utf-8', 'surrogatepass'), usedforsecurity=False).hexdigest()[-10:]}"
