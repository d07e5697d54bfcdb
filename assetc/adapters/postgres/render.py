"""Operations as PostgreSQL's SQL: pure, and without the driver.

What depends on what the database holds is a statement of a kind of its own, which the session carries out: the
replacement of a relation that others depend on (`Change`), and a seed (`CopySeed`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from assetc.adapters.asking import asking_query
from assetc.adapters.postgres.naming import fitted, literal, name_of, quote, stored_name
from assetc.adapters.protocol import Statement
from assetc.compiler.operation import (
    AlterColumns,
    Append,
    Column,
    CreateEmpty,
    CreateLedger,
    CreateSchema,
    CreateTable,
    CreateView,
    DeleteInsert,
    Drop,
    DropSchema,
    FindChanged,
    FindEmpty,
    LoadSeed,
    Merge,
    Operation,
    Publish,
    RefuseRows,
    Rename,
    RunSql,
    SeedColumn,
    SettleTypes,
    WriteLedger,
)
from assetc.definitions.relation import Relation

_SEED_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "DOUBLE": "double precision",
        "HUGEINT": "numeric(39,0)",
        "TIMESTAMP": "timestamp without time zone",
        "VARCHAR": "text",
    }
)


class Change(Statement, frozen=True, kw_only=True):
    """A change of a relation that may have dependents, which are kept."""

    operation: CreateView | Publish | Drop | AlterColumns | SettleTypes


class CopySeed(Statement, frozen=True, kw_only=True):
    """A table that is created and filled with the rows of a CSV file by COPY."""

    seed: LoadSeed


def render(operation: Operation) -> tuple[Statement, ...]:
    """The statements of an operation."""
    match operation:
        case CreateView(relation, sql, _):
            head = f"create or replace view {stored_name(relation)} as\n"
            return (Change(head + sql, len(head), operation=operation),)
        case CreateTable():
            head = f"{_create(operation.relation, operation.temporary)} as\n"
            return (Statement(head + operation.sql, len(head)),)
        case CreateEmpty(relation, columns, temporary):
            typed = ((column.name, column.type) for column in columns)
            return (Statement(create_table(relation, typed, temporary=temporary)),)
        case LoadSeed():
            typed = ((column.name, type_of(column)) for column in operation.columns)
            return (CopySeed(create_table(operation.relation, typed), seed=operation),)
        case Publish() | Drop() | AlterColumns() | SettleTypes():
            return (Change(";\n".join(_changes(operation)), operation=operation),)
        case Append() | DeleteInsert() | Merge():
            return tuple(Statement(sql) for sql in _write(operation))
        case (
            Rename()
            | CreateSchema()
            | DropSchema()
            | CreateLedger()
            | WriteLedger()
            | FindEmpty()
            | FindChanged()
            | RefuseRows()
        ):
            return (Statement(_one(operation)),)
        case RunSql(sql):
            return (Statement(sql),)
    raise TypeError(f"{type(operation).__name__} is not rendered")


def type_of(column: SeedColumn) -> str:
    """The type of a seed's column as PostgreSQL writes it."""
    return column.configured or _SEED_TYPES.get(column.type, column.type.lower())


def create_table(relation: Relation, columns: Iterable[tuple[str, str]], *, temporary: bool = False) -> str:
    """The statement that creates a table of these columns."""
    typed = ", ".join(f"{quote(fitted(name))} {type_name}" for name, type_name in columns)
    return f"{_create(relation, temporary)} ({typed})"


def ledger_query(ledger: Relation, step_ids: Iterable[str]) -> str:
    """The query for those of the step ids that the ledger holds."""
    wanted = ", ".join(map(literal, step_ids))
    return f'select "step_id" from {name_of(ledger)} where "step_id" in ({wanted})'


def _create(relation: Relation, temporary: bool) -> str:  # noqa: FBT001  the operation's own field
    return f"create {'temporary ' if temporary else ''}table {stored_name(relation)}"


_CASTABLE = (
    ("smallint", "integer", "bigint", "numeric", "real", "double precision"),
    ("date", "timestamp"),
)
"""Types between which the server casts, and rounds; between others it does not cast unasked, or keeps the value."""
_LIMITS = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")


def _cast(column: str, own: Column, other: Column) -> str | None:
    """The value as the other type, NULL where that would be an error."""
    names = (own.type, other.type)
    is_rounded = any(all(name.startswith(kind) for name in names) for kind in _CASTABLE)
    if not is_rounded or any(name.endswith("]") for name in names):
        return None
    return f"case when {_fits(column, other.type)} then cast({column} as {other.type}) end"


def _fits(column: str, name: str) -> str:
    numeric = _NUMERIC.fullmatch(name)
    if numeric is not None:
        whole = int(numeric[1]) - int(numeric[2])
        return f"abs(round({column}::numeric, {numeric[2]})) < 1e{whole}"
    limit = _LIMITS.get(name)
    return f"round({column}::numeric) between {-limit} and {limit - 1}" if limit else "true"


def _changes(operation: Publish | Drop | AlterColumns | SettleTypes) -> list[str]:
    match operation:
        case Drop(relation, kind):
            return [f"drop {kind} if exists {stored_name(relation)}"]
        case Publish(staged, relation, existing):
            drop = [] if existing is None else [f"drop {existing} {stored_name(relation)}"]
            return [*drop, f"alter table {stored_name(staged)} rename to {quote(fitted(relation.name))}"]
        case SettleTypes(relation, columns):
            return [
                f"alter table {stored_name(relation)} alter column {quote(column.name)}"
                f" type {column.type} using null::{column.type}"
                for column in columns
            ]
        case AlterColumns(relation, add, drop, retype):
            changes = [f"add column {quote(column.name)} {column.type}" for column in add]
            changes += [f"drop column {quote(name)}" for name in drop]
            changes += [
                f"alter column {quote(column.name)} type {column.type} using {quote(column.name)}::{column.type}"
                for column in retype
            ]
            return [f"alter table {stored_name(relation)} {change}" for change in changes]


def _write(operation: Append | DeleteInsert | Merge) -> list[str]:
    match operation:
        case Append(target, source, columns):
            return [_insert(target, source, columns)]
        case DeleteInsert(target, source, _, columns):
            return [_delete(operation), _insert(target, source, columns)]
        case Merge():
            return [_merge(operation)]


def _insert(target: Relation, source: Relation, columns: Iterable[str]) -> str:
    names = ", ".join(map(quote, columns))
    return f"insert into {stored_name(target)} ({names})\nselect {names} from {stored_name(source)}"


def _delete(operation: DeleteInsert) -> str:
    """The aliases are those that predicates written for dbt use."""
    key = [_column(part, operation.columns) for part in operation.unique_key]
    source = f"{stored_name(operation.source)} as DBT_INTERNAL_SOURCE"
    lines = [f"delete from {stored_name(operation.target)} as DBT_INTERNAL_DEST"]
    if None in key:
        expressions = f"({', '.join(operation.unique_key)})"
        lines.append(f"where {expressions} in (select {expressions} from {source})")
    else:
        same = " and ".join(f"DBT_INTERNAL_SOURCE.{part} = DBT_INTERNAL_DEST.{part}" for part in key)
        lines.append(f"where exists (select 1 from {source} where {same})")
    lines += [f"and ({predicate})" for predicate in operation.predicates]
    return "\n".join(lines)


def _merge(operation: Merge) -> str:
    """The aliases are those that predicates written for dbt use."""
    key = [_column(part, operation.insert_columns) or quote(part) for part in operation.unique_key]
    same = [f"DBT_INTERNAL_SOURCE.{part} = DBT_INTERNAL_DEST.{part}" for part in key]
    conditions = [*(same or ["false"]), *operation.predicates]
    lines = [
        f"merge into {stored_name(operation.target)} as DBT_INTERNAL_DEST",
        f"using {stored_name(operation.source)} as DBT_INTERNAL_SOURCE",
        "on " + " and ".join(f"({condition})" for condition in conditions),
    ]
    if operation.update_columns and operation.unique_key:
        values = ", ".join(f"{quote(name)} = DBT_INTERNAL_SOURCE.{quote(name)}" for name in operation.update_columns)
        lines.append(f"when matched then update set {values}")
    names = ", ".join(map(quote, operation.insert_columns))
    sources = ", ".join(f"DBT_INTERNAL_SOURCE.{quote(name)}" for name in operation.insert_columns)
    lines.append(f"when not matched then insert ({names}) values ({sources})")
    return "\n".join(lines)


def _column(part: str, columns: Iterable[str]) -> str | None:
    """The column that a part of a unique key means, quoted; None for an expression."""
    columns = tuple(columns)
    folded = {name.casefold(): name for name in columns}
    found = part if part in columns else folded.get(part.casefold())
    return None if found is None else quote(found)


_One: TypeAlias = Rename | CreateSchema | DropSchema | CreateLedger | WriteLedger | FindEmpty | FindChanged | RefuseRows


def _one(operation: _One) -> str:
    match operation:
        case FindEmpty(relation) | FindChanged(relation) | RefuseRows(relation):
            return asking_query(operation, stored_name(relation), quote, _cast)
        case Rename(relation, to, kind):
            return f"alter {kind} {stored_name(relation)} rename to {quote(fitted(to.name))}"
        case CreateSchema(relation):
            return f"create schema if not exists {quote(relation.schema or '')}"
        case DropSchema(relation):
            return f"drop schema if exists {quote(relation.schema or '')} cascade"
        case CreateLedger(ledger):
            columns = '"step_id" text primary key, "at" timestamp with time zone not null default now()'
            return f"create table if not exists {name_of(ledger)} ({columns})"
        case WriteLedger(step_id, ledger):
            return f'insert into {name_of(ledger)} ("step_id") values ({literal(step_id)})'
