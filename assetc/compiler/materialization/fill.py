"""How a new table gets its rows: from a query, a CSV file or a Python value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.materialization.build import Build, CsvFile, Query, TableValue
from assetc.compiler.operation import (
    Column,
    CreateEmpty,
    CreateTable,
    Describe,
    FindEmpty,
    LoadSeed,
    LoadValue,
    Operations,
    Report,
    SettleTypes,
)
from assetc.compiler.place import file_span
from assetc.definitions.relation import Relation


def fill(build: Build, relation: Relation) -> Operations:
    """Create `relation` with the content of the build; one without a schema is temporary."""
    temporary = relation.schema is None
    match build.content:
        case Query(sql):
            yield CreateTable(relation, sql, temporary)
        case CsvFile() as csv_file:
            yield from load_csv_file(build, csv_file, relation)
        case TableValue(value):
            yield from load_table_value(build, value, relation)


def load_table_value(build: Build, value: object, relation: Relation) -> Operations:
    """Create `relation` with the rows of a value. The columns of an empty list are those declared or there now."""
    temporary = relation.schema is None
    if not isinstance(value, list) or value:
        yield LoadValue(relation, value, temporary)
        yield from _settle_declared(build, relation)
        return
    declared = tuple(Column(column.name, column.type) for column in build.columns if column.type)
    columns = declared if len(declared) == len(build.columns) else ()
    if not columns and build.existing == "table":
        columns = yield Describe(build.relation)
    if columns:
        yield CreateEmpty(relation, columns, temporary)
        return
    message = f"`{build.relation.name}` returned an empty list, which does not tell its columns"
    hint = "Declare its columns with their types, or return an empty frame that has columns"
    yield Report(diagnostic("E174", message, build.span, hint=hint))


def _settle_declared(build: Build, relation: Relation) -> Operations:
    """Columns that hold nothing, of which the values do not tell the type, get the one that is declared."""
    if any(column.type for column in build.columns):
        columns = yield Describe(relation)
        declared = tuple(column for column in columns if build.declared_type(column.name))
        empty = (yield FindEmpty(relation, declared)) if declared else ()
        if empty:
            typed = (Column(column.name, build.declared_type(column.name)) for column in empty)
            yield SettleTypes(relation, tuple(typed))


_DELIMITERS = (";", "\t", "|", ",")


def load_csv_file(build: Build, csv_file: CsvFile, relation: Relation) -> Operations:
    """Create `relation` with the rows of the file."""
    if not csv_file.columns:
        hint = "Its first line must name the columns"
        yield Report(diagnostic("E177", "the seed file is empty", file_span(csv_file.file), hint=hint))
        return
    for fault in (*_other_delimiter(csv_file), *_unknown_columns(build.config.column_types, csv_file)):
        yield Report(fault)
    wanted = {name.casefold(): str(type_name) for name, type_name in build.config.column_types.items()}
    columns = tuple(replace(column, configured=wanted.get(column.name.casefold(), "")) for column in csv_file.columns)
    yield LoadSeed(relation, csv_file.path, build.config.separator, columns, csv_file.file)


def _other_delimiter(csv_file: CsvFile) -> Iterator[Diagnostic]:
    """A file of one column whose name has the delimiter of another file in it."""
    first, *others = csv_file.columns
    found = next((delimiter for delimiter in _DELIMITERS if delimiter in first.name and not others), None)
    if found is not None:
        shown = found.replace("\t", "\\t")
        message = f"the seed has one column, `{first.name.replace(found, shown)}`"
        hint = f'If its values are separated by `{shown}`, set `delimiter: "{shown}"`'
        yield diagnostic("W272", message, file_span(csv_file.file), hint=hint)


def _unknown_columns(wanted: Mapping[str, object], csv_file: CsvFile) -> Iterator[Diagnostic]:
    known = {column.name.casefold() for column in csv_file.columns}
    for name in wanted:
        if name.casefold() not in known:
            message = f"column_types names `{name}`, which is not a column of the seed"
            hint = did_you_mean(name, (column.name for column in csv_file.columns))
            yield diagnostic("W271", message, file_span(csv_file.file), hint=hint)
