"""Operations as DuckDB's SQL: pure, and without the driver."""

from __future__ import annotations

from collections.abc import Iterable

from assetc.adapters.asking import asking_query
from assetc.adapters.duckdb.naming import name_of, quote
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
    SettleTypes,
    WriteLedger,
)
from assetc.definitions.relation import Relation

_NESTED = ("STRUCT(", "MAP(", "UNION(")
_LONGEST_LINE = 64 * 1024 * 1024


def literal(text: str) -> str:
    """The text as a string literal."""
    return "'" + text.replace("'", "''") + "'"


def render(operation: Operation) -> tuple[Statement, ...]:
    """The statements of an operation."""
    match operation:
        case CreateView(relation, sql, existing):
            view = _with_body(f"create or replace view {name_of(relation)} as\n", sql)
            return (*render(Drop(relation, "table")), view) if existing == "table" else (view,)
        case CreateTable():
            return (_with_body(f"{_create(operation)} as\n", operation.sql),)
        case CreateEmpty():
            typed = ", ".join(f"{quote(column.name)} {column.type}" for column in operation.columns)
            return (Statement(f"{_create(operation)} ({typed})"),)
        case LoadSeed():
            columns = [(column.name, column.configured or column.type) for column in operation.columns]
            rows = read_csv(operation.path, operation.delimiter, columns)
            return (Statement(f"create table {name_of(operation.relation)} as\nselect * from {rows}"),)
        case Drop() | Rename() | Publish() | AlterColumns() | SettleTypes() | CreateSchema() | DropSchema():
            return tuple(Statement(sql) for sql in _change(operation))
        case Append() | DeleteInsert() | Merge():
            return tuple(Statement(sql) for sql in _write(operation))
        case CreateLedger() | WriteLedger() | FindEmpty() | FindChanged() | RefuseRows():
            return (Statement(_one(operation)),)
        case RunSql(sql):
            return (Statement(sql),)
    raise TypeError(f"{type(operation).__name__} is not rendered")


def read_csv(path: str, delimiter: str, columns: Iterable[tuple[str, str]]) -> str:
    """The table function that reads a CSV file with a header line and these columns; nothing is detected."""
    typed = ", ".join(f"{literal(name)}: {literal(type_name)}" for name, type_name in columns)
    return (
        f"read_csv({literal(path)}, auto_detect = false, header = true,"
        f" delim = {literal(delimiter)}, quote = '\"', escape = '\"', nullstr = '',"
        f" max_line_size = {_LONGEST_LINE}, columns = {{{typed}}})"
    )


def ledger_query(ledger: Relation, step_ids: Iterable[str]) -> str:
    """The query for those of the step ids that the ledger holds."""
    wanted = ", ".join(map(literal, step_ids))
    return f'select "step_id" from {name_of(ledger)} where "step_id" in ({wanted})'


def _with_body(head: str, sql: str) -> Statement:
    return Statement(head + sql, body=len(head))


def _create(operation: CreateTable | CreateEmpty) -> str:
    temporary = "temporary " if operation.temporary else ""
    return f"create {temporary}table {name_of(operation.relation)}"


def _cast(column: str, own: Column, other: Column) -> str | None:
    """NULL for a value that does not fit; of nested types DuckDB itself says what does not."""
    is_nested = any(each.type.endswith("]") or each.type.startswith(_NESTED) for each in (own, other))
    return None if is_nested else f"try_cast({column} as {other.type})"


def _change(operation: Drop | Rename | Publish | AlterColumns | SettleTypes | CreateSchema | DropSchema) -> list[str]:
    match operation:
        case Drop(relation, kind):
            return [f"drop {kind} if exists {name_of(relation)}"]
        case Rename(relation, to, kind):
            return [f"alter {kind} {name_of(relation)} rename to {quote(to.name)}"]
        case Publish(staged, relation, existing):
            gone = [] if existing is None else _change(Drop(relation, existing))
            return [*gone, *_change(Rename(staged, relation))]
        case AlterColumns(relation, add, drop, retype):
            changes = [f"add column {quote(column.name)} {column.type}" for column in add]
            changes += [f"drop column {quote(name)}" for name in drop]
            changes += [f"alter column {quote(column.name)} set data type {column.type}" for column in retype]
            return [f"alter table {name_of(relation)} {change}" for change in changes]
        case SettleTypes(relation, columns):
            return [
                f"alter table {name_of(relation)} alter column {quote(column.name)}"
                f" set data type {column.type} using cast(null as {column.type})"
                for column in columns
            ]
        case CreateSchema(relation):
            return [f"create schema if not exists {_schema_of(relation)}"]
        case DropSchema(relation):
            return [f"drop schema if exists {_schema_of(relation)} cascade"]


def _schema_of(relation: Relation) -> str:
    return ".".join(quote(part) for part in (relation.database, relation.schema) if part is not None)


def _write(operation: Append | DeleteInsert | Merge) -> list[str]:
    match operation:
        case Append(target, source, columns):
            return [_insert(target, source, columns)]
        case DeleteInsert(target, source, _, columns):
            return [_delete(operation), _insert(target, source, columns)]
        case Merge():
            return [_merge(operation)]


def _insert(target: Relation, source: Relation, columns: Iterable[str]) -> str:
    names = _list(columns)
    return f"insert into {name_of(target)} ({names})\nselect {names} from {name_of(source)}"


def _delete(operation: DeleteInsert) -> str:
    """The alias is the one that predicates written for dbt-duckdb use."""
    known = {name.casefold() for name in operation.columns}
    plain = all(part.casefold() in known for part in operation.unique_key)
    lines = [f"delete from {name_of(operation.target)} as DBT_INCREMENTAL_TARGET"]
    if plain:
        same = " and ".join(
            f"DBT_INTERNAL_SOURCE.{quote(part)} = DBT_INCREMENTAL_TARGET.{quote(part)}" for part in operation.unique_key
        )
        lines.append(f"where exists (select 1 from {name_of(operation.source)} as DBT_INTERNAL_SOURCE where {same})")
    else:
        key = f"({', '.join(operation.unique_key)})"
        lines.append(f"where {key} in (select {key} from {name_of(operation.source)})")
    lines += [f"and ({predicate})" for predicate in operation.predicates]
    return "\n".join(lines)


def _merge(operation: Merge) -> str:
    """The aliases are those that predicates written for dbt use."""
    same = [f"DBT_INTERNAL_SOURCE.{quote(part)} = DBT_INTERNAL_DEST.{quote(part)}" for part in operation.unique_key]
    conditions = [*(same or ["false"]), *operation.predicates]
    lines = [
        f"merge into {name_of(operation.target)} as DBT_INTERNAL_DEST",
        f"using {name_of(operation.source)} as DBT_INTERNAL_SOURCE",
        "on " + " and ".join(f"({condition})" for condition in conditions),
    ]
    if operation.update_columns and operation.unique_key:
        values = ", ".join(f"{quote(name)} = DBT_INTERNAL_SOURCE.{quote(name)}" for name in operation.update_columns)
        lines.append(f"when matched then update set {values}")
    names = _list(operation.insert_columns)
    sources = ", ".join(f"DBT_INTERNAL_SOURCE.{quote(name)}" for name in operation.insert_columns)
    lines.append(f"when not matched then insert ({names}) values ({sources})")
    return "\n".join(lines)


def _one(operation: CreateLedger | WriteLedger | FindEmpty | FindChanged | RefuseRows) -> str:
    match operation:
        case FindEmpty(relation) | FindChanged(relation) | RefuseRows(relation):
            return asking_query(operation, name_of(relation), quote, _cast)
        case CreateLedger(ledger):
            columns = '"step_id" varchar primary key, "at" timestamp with time zone not null default now()'
            return f"create table if not exists {name_of(ledger)} ({columns})"
        case WriteLedger(step_id, ledger):
            return f'insert into {name_of(ledger)} ("step_id") values ({literal(step_id)})'


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(quote, names))
