"""The macro that renders each operation in dbt, with dbt's arguments."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from assetc.compiler.operation import (
    AlterColumns,
    Append,
    CreateTable,
    CreateView,
    DeleteInsert,
    Drop,
    LoadSeed,
    Merge,
    Operation,
    Publish,
    RelationKind,
    Rename,
    WriteRows,
)
from assetc.compiler.template.asking import Answer
from assetc.compiler.template.macros import INTERNAL_PACKAGE
from assetc.compiler.template.members.relation import ColumnValue, RelationValue, column_value
from assetc.compiler.template.members.table_value import table_of
from assetc.compiler.template.surroundings import Surroundings
from assetc.definitions.relation import Relation

Quote = Callable[[str], str]

RENDERING = (
    *("get_create_view_as_sql", "create_view_as", "get_create_table_as_sql", "create_table_as", "load_csv_rows"),
    *("drop_relation", "get_drop_sql", "rename_relation", "get_rename_sql"),
    *("alter_relation_add_remove_columns", "alter_column_type"),
    *("get_incremental_append_sql", "get_insert_into_sql", "get_incremental_delete_insert_sql"),
    *("get_delete_insert_merge_sql", "get_incremental_merge_sql", "get_merge_sql"),
)
"""The macros that render operations."""

_WRITING: Mapping[type[Operation], tuple[str, str]] = {
    Append: ("append", "get_insert_into_sql"),
    DeleteInsert: ("delete+insert", "get_delete_insert_merge_sql"),
    Merge: ("merge", "get_merge_sql"),
}
"""The strategy of an operation, and the macro that the macro of the strategy calls."""

_STRATEGY = "get_incremental_", "_sql"


class Call(NamedTuple):
    """A macro and its arguments, by position, as dbt gives them."""

    macro: str
    arguments: tuple[object, ...]


def own_macros(around: Surroundings) -> frozenset[str]:
    """The macros of the project and its packages that render operations, by the names under which dbt calls them."""
    names = (name for name in around.library.called if name in RENDERING or _is_strategy(name))
    found = ((name, around.macro_for(name)) for name in names)
    return frozenset(name for name, macro in found if macro is not None and macro.file.package != INTERNAL_PACKAGE)


def own_strategies(macros: frozenset[str]) -> tuple[str, ...]:
    """The incremental strategies that these macros render."""
    first, last = _STRATEGY
    return tuple(name.removeprefix(first).removesuffix(last) for name in sorted(macros) if _is_strategy(name))


def _is_strategy(name: str) -> bool:
    first, last = _STRATEGY
    return name.startswith(first) and name.endswith(last)


def strategy_macro(strategy: str) -> str:
    """The macro that renders a strategy."""
    return strategy.replace("+", "_").join(_STRATEGY)


def parts_of(operation: Operation) -> tuple[Operation, ...]:
    """The smaller operations that dbt renders by macros of their own."""
    match operation:
        case Publish(staged, relation, existing):
            return (*_dropped(relation, existing), Rename(staged, relation))
        case CreateView(relation, sql, existing):
            gone = _dropped(relation, existing) if existing == "table" else ()
            return (*gone, CreateView(relation, sql))
        case AlterColumns(relation, add, drop, retype):
            changed = (AlterColumns(relation, retype=(column,)) for column in retype)
            return (*((AlterColumns(relation, add, drop),) if add or drop else ()), *changed)
        case _:
            return (operation,)


def _dropped(relation: Relation, existing: RelationKind | None) -> tuple[Drop, ...]:
    return () if existing is None else (Drop(relation, existing),)


def call_of(operation: Operation, quote: Quote, own: frozenset[str]) -> Call | None:
    """The call of one of the macros `own` that renders the operation: the one that dbt makes first."""
    if isinstance(operation, LoadSeed):  # its file is read for the macro alone
        return _seed_call(operation, quote) if "load_csv_rows" in own else None
    return next((call for call in _calls(operation, quote) if call.macro in own), None)


def _calls(operation: Operation, quote: Quote) -> Iterable[Call]:
    relation = partial(RelationValue, quote_identifier=quote)
    match operation:
        case CreateView(view, sql):
            return _each("get_create_view_as_sql", "create_view_as", given=(relation(view, "view"), sql))
        case CreateTable(table, sql, temporary):
            made = temporary, relation(table, "table"), sql
            return _each("get_create_table_as_sql", "create_table_as", given=made)
        case Drop(dropped, kind):
            return _each("drop_relation", "get_drop_sql", given=(relation(dropped, kind),))
        case Rename(old, new, kind):
            renamed = relation(old, kind)
            return Call("rename_relation", (renamed, relation(new, kind))), Call("get_rename_sql", (renamed, new.name))
        case AlterColumns(altered, retype=(column,)):
            return (Call("alter_column_type", (relation(altered, "table"), column.name, column.type)),)
        case AlterColumns(altered, add, drop):
            given = relation(altered, "table"), [column_value(each, quote) for each in add], _columns(drop, quote)
            return (Call("alter_relation_add_remove_columns", given),)
        case Append() | DeleteInsert() | Merge() | WriteRows():
            return _writes(operation, quote)
        case _:
            return ()


def _each(*macros: str, given: tuple[object, ...]) -> tuple[Call, ...]:
    return tuple(Call(macro, given) for macro in macros)


def _writes(operation: Append | DeleteInsert | Merge | WriteRows, quote: Quote) -> Iterable[Call]:
    """The macro of the strategy, which is given a mapping; then the one that it calls, which is given the parts."""
    target = RelationValue(operation.target, "table", quote)
    source = RelationValue(operation.source, "table", quote)
    names = operation.insert_columns if isinstance(operation, Merge) else operation.columns
    key, predicates = ((), ()) if isinstance(operation, Append) else (operation.unique_key, operation.predicates)
    strategy, inner = (operation.strategy, "") if isinstance(operation, WriteRows) else _WRITING[type(operation)]
    parts = {
        "unique_key": key[0] if len(key) == 1 else list(key) or None,
        "dest_columns": _columns(names, quote),
        "incremental_predicates": list(predicates) or None,
    }
    mapping = {"strategy": strategy, "target_relation": target, "temp_relation": source, **parts}
    yield Call(strategy_macro(strategy), (mapping,))
    if isinstance(operation, Append):
        yield Call(inner, (target, source, parts["dest_columns"]))
    elif inner:
        yield Call(inner, (target, source, *parts.values()))


def _columns(names: Iterable[str], quote: Quote) -> list[ColumnValue]:
    return [ColumnValue(name, "", quote) for name in names]


def _seed_call(seed: LoadSeed, quote: Quote) -> Call:
    """The table of a seed for its macro: its values as texts, an empty one as none."""
    relation = RelationValue(seed.relation, "table", quote)
    model = {"name": relation.name, "alias": relation.name, "schema": relation.schema, "database": relation.database}
    with Path(seed.path).open(encoding="utf-8-sig", newline="") as file:
        rows = [tuple(value or None for value in row) for row in csv.reader(file, delimiter=seed.delimiter)]
    names = tuple(column.name for column in seed.columns)
    return Call("load_csv_rows", (model, table_of(Answer(names, tuple(rows[1:])))))
