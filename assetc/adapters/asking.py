"""The queries that ask something of the rows of a relation: the same SQL in every warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from assetc.compiler.operation import Column, FindChanged, FindEmpty, RefuseRows

Quote = Callable[[str], str]
Cast = Callable[[str, Column, Column], str | None]
"""The expression for a column as the type of another, None where that need not be asked."""


Asking: TypeAlias = FindEmpty | FindChanged | RefuseRows


def asking_query(asked: Asking, relation: str, quote: Quote, cast: Cast) -> str:
    """The query of one row that answers."""
    match asked:
        case FindEmpty():
            return _empty(asked, relation, quote)
        case FindChanged():
            return _changes(asked, relation, quote, cast)
        case RefuseRows():
            return _refused(asked, relation, quote)


def _empty(asked: FindEmpty, relation: str, quote: Quote) -> str:
    """Whether each of the columns holds nothing but NULL: the first value that is found decides."""
    exists = (f"not exists (select 1 from {relation} where {quote(each.name)} is not null)" for each in asked.columns)
    return "select " + ", ".join(exists)


def _changes(asked: FindChanged, relation: str, quote: Quote, cast: Cast) -> str:
    """Whether each of the columns holds a value that is another one when it comes back from the other type."""
    pairs = zip(asked.columns, asked.into, strict=True)
    changed = (_changed(quote(column.name), cast(quote(column.name), column, into), column) for column, into in pairs)
    return f"select {', '.join(changed)} from {relation}"


def _changed(column: str, other: str | None, own: Column) -> str:
    if other is None:
        return "false"
    return f"coalesce(bool_or(cast({other} as {own.type}) is distinct from {column}), false)"


def _refused(asked: RefuseRows, relation: str, quote: Quote) -> str:
    """The number of the rows whose key is NULL, or of the keys that several rows have."""
    key = [_part_of_key(part, asked.columns, quote) for part in asked.key]
    if asked.repeated:
        keys = f"select 1 from {relation} group by {', '.join(key)} having count(*) > 1"
        return f"select count(*) from ({keys}) as repeated"
    return f"select count(*) from {relation} where {' or '.join(f'{part} is null' for part in key)}"


def _part_of_key(part: str, columns: Iterable[str], quote: Quote) -> str:
    """A part of a key: a column, whatever the case in which it is written, else an expression."""
    columns = tuple(columns)
    folded = {name.casefold(): name for name in columns}
    found = part if part in columns else folded.get(part.casefold())
    return f"({part})" if found is None else quote(found)
