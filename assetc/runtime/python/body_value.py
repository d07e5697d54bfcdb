"""What becomes of a returned value: a table of the warehouse, the asset's query, or a stored object."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterable, Iterator
from typing import Any, TypeAlias, get_args, get_origin

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.materialization.build import Query, TableValue
from assetc.compiler.place import Span
from assetc.compiler.planning.staleness import ValueKind
from assetc.definitions.errors import InvariantError
from assetc.definitions.form import form_of, form_of_value, without_wrappers
from assetc.definitions.key import AssetKey
from assetc.definitions.output import MaterializeResult, Output
from assetc.definitions.signature import Missing
from assetc.runtime.python.connection import BodyConnection, BoundRelation
from assetc.runtime.python.query_result import QueryResult
from assetc.runtime.python.sql_text import is_select

GENERATORS = (Iterator, Iterable, Generator, AsyncIterator, AsyncGenerator)


class ObjectValue(Struct, frozen=True):
    """Anything else, to be kept in the store; None stands for nothing to keep."""

    value: object


BodyValue: TypeAlias = TableValue | Query | ObjectValue


def kind_of(value: BodyValue) -> ValueKind:
    """The kind that is recorded of an asset, and that may not change from one run to the next."""
    if isinstance(value, TableValue | Query):
        return "table"
    return "none" if value.value is None else "object"


def changed_kind(key: AssetKey, recorded: ValueKind, found: ValueKind, place: Span | None) -> Diagnostic | None:
    """The fault of an asset without annotation whose value is of another kind than the one that was recorded."""
    words = {"table": "a table", "view": "a table", "object": "an object"}
    if "none" in (recorded, found) or words[recorded] == words[found]:
        return None
    message = f"{key} was {words[recorded]} and has become {words[found]}"
    hint = "Annotate what the body returns, then run the asset with --full-refresh"
    return diagnostic("E188", message, place, hint=hint)


def to_body_value(returned: object, annotation: object, resolve_sql: Callable[[str], str]) -> BodyValue:
    """Sort a returned value by its annotation, else by itself. Raises InvariantError for a table that is none."""
    if isinstance(returned, TableValue | Query):
        return returned
    is_open = is_open_kind(annotation)
    if form_of(_unwrapped(annotation)) is None and not is_open:
        return ObjectValue(returned)
    value = _as_table(returned, resolve_sql)
    if value is not None:
        return value
    if is_open:
        return ObjectValue(returned)
    if returned == [] and form_of(_unwrapped(annotation)) == "dicts":
        return TableValue(returned)
    message = f"the result is annotated as {_written(annotation)}, a table, and is {_kind_of(returned)}"
    raise InvariantError(message, code="E188")


def _kind_of(returned: object) -> str:
    if returned == []:
        return "an empty list, whose columns nobody knows"
    name = type(returned).__name__
    return "nothing" if returned is None else f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _written(annotation: object) -> str:
    """An annotation as its author wrote it, with the library and not the file that defines a class."""
    bare = _unwrapped(annotation)
    if isinstance(bare, type) and get_origin(bare) is None:
        return f"{bare.__module__.partition('.')[0]}.{bare.__name__}"
    return bare if isinstance(bare, str) else inspect.formatannotation(bare)


def is_open_kind(annotation: object) -> bool:
    """Whether an annotation leaves open what kind of value comes."""
    return _unwrapped(annotation) in (Missing, Any, object, None)


def _as_table(returned: object, resolve_sql: Callable[[str], str]) -> BodyValue | None:
    if form_of_value(returned) and not isinstance(returned, BoundRelation):
        return TableValue(returned)
    if isinstance(returned, BodyConnection):
        returned = returned.last_query
    if isinstance(returned, QueryResult):
        return Query(returned.sql) if returned.relation is None else TableValue(returned.relation)
    if isinstance(returned, BoundRelation):
        return Query(f"select * from {returned}")
    if isinstance(returned, str) and is_select(returned):
        return Query(resolve_sql(returned).strip().rstrip(";"))
    return None


def _unwrapped(annotation: object) -> object:
    """The annotation of the value, within `Output[...]`, `Iterator[...]` and their like."""
    bare = without_wrappers(annotation)
    if get_origin(bare) in GENERATORS:
        return _unwrapped(get_args(bare)[0])
    if get_origin(bare) is Output:
        return without_wrappers(get_args(bare)[0])
    return Missing if bare in (Output, MaterializeResult, *GENERATORS) else bare
