"""CSV files as DuckDB reads them, so that a file means the same in every warehouse."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import duckdb

from assetc.adapters.duckdb.faults import translate
from assetc.adapters.duckdb.render import read_csv
from assetc.adapters.duckdb.session import DuckDbSession
from assetc.adapters.postgres.types import written_type
from assetc.compiler.operation import Column, DescribeSeed, LoadSeed

_READ_AS: Mapping[str, str] = MappingProxyType(
    {written_type(name): name for name in ("BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP")}
)
"""The types that values can be found to be; of any other type the server reads the text."""


def seed_columns(seed: DescribeSeed) -> tuple[Column, ...]:
    """The columns of a CSV file with the types that its values allow; empty for an empty file."""
    with duckdb.connect() as reader, closing(DuckDbSession(reader.cursor)) as session:
        return tuple(Column(column.name, written_type(column.type)) for column in session.seed_columns(seed))


@contextmanager
def typed_rows(reader: duckdb.DuckDBPyConnection, seed: LoadSeed) -> Iterator[duckdb.DuckDBPyRelation]:
    """The rows of a CSV file while this lasts, in which DuckDB's errors are translated."""
    columns = [(name, _READ_AS.get(type_name.lower(), "VARCHAR")) for name, type_name in seed.column_types]
    try:
        reader.execute("set errors_as_json = true")
        yield reader.sql(f"select * from {read_csv(seed.path, seed.delimiter, columns)}")
    except duckdb.Error as error:
        raise translate(error) from error


def line_of_row(seed: LoadSeed, number: int) -> int:
    """The line of the file on which the row of this number begins; the first row after the header is 1."""
    with Path(seed.path).open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=seed.delimiter)
        for _ in islice(reader, number):
            pass
        return reader.line_num + 1
