"""Rows from a CSV file: the types are those that its values allow, unless the configuration names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.materialization.build import Build, CsvFile
from assetc.compiler.operation import LoadSeed, Operations, Report
from assetc.compiler.place import file_span
from assetc.definitions.relation import Relation

_DELIMITERS = (";", "\t", "|", ",")


def load_csv_file(build: Build, csv_file: CsvFile, relation: Relation) -> Operations:
    """Create `relation` with the rows of the file."""
    if not csv_file.columns:
        yield Report(_no_header(csv_file))
        return
    for fault in (*_other_delimiter(csv_file), *_unknown_columns(build.config.column_types, csv_file)):
        yield Report(fault)
    wanted = {name.casefold(): str(type_name) for name, type_name in build.config.column_types.items()}
    columns = tuple(replace(column, configured=wanted.get(column.name.casefold(), "")) for column in csv_file.columns)
    yield LoadSeed(relation, csv_file.path, build.config.separator, columns, csv_file.file)


def _no_header(csv_file: CsvFile) -> Diagnostic:
    return diagnostic(
        "E177",
        "the seed file is empty",
        file_span(csv_file.file),
        hint="Its first line must name the columns",
    )


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
            yield diagnostic(
                "W271",
                f"column_types names `{name}`, which is not a column of the seed",
                file_span(csv_file.file),
                hint=did_you_mean(name, (column.name for column in csv_file.columns)),
            )
