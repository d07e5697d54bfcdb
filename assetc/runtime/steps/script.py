"""Scripts: models of several statements, and what runs in a session of which nothing may be left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Session
from assetc.compiler.asset import Asset
from assetc.compiler.config import Hook
from assetc.compiler.sql.split import StatementText, split_statements

_NO_QUERY = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:create|insert|update|delete|merge|drop|alter|truncate|copy)\b",
    re.IGNORECASE | re.DOTALL,
)


class Script(Struct, frozen=True):
    """A model with the statements before its query as hooks, and the query; None where there is nothing."""

    asset: Asset
    query: StatementText | None


def read_script(asset: Asset, sql: str, dialect: str) -> Script:
    """The script of a model whose compiled SQL this is."""
    statements = split_statements(sql, dialect)
    if not statements:
        return Script(asset, None)
    *before, query = statements
    if not before:
        return Script(asset, query)
    hooks = (*asset.config.pre_hook, *(_before(query, statement) for statement in before))
    return Script(replace(asset, config=replace(asset.config, pre_hook=hooks)), query)


def _before(query: StatementText, statement: StatementText) -> Hook:
    return Hook(statement.sql, before_query=query.start - statement.start)


def hint_for_no_query(query: StatementText) -> str:
    """What to do where a model ends in a statement that is none; else nothing."""
    found = _NO_QUERY.match(query.sql)
    return "The last statement of a model is its query: assetc makes the table from a select alone" if found else ""


@contextmanager
def renewed(session: Session) -> Iterator[None]:
    """Work that may leave temporary relations behind: the next step finds the session as if it were new."""
    try:
        yield
    finally:
        session.renew()
