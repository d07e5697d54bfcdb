"""CSV files as DuckDB reads them, so that a file means the same in every warehouse."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import duckdb

from assetc.adapters.duckdb.faults import translate
from assetc.adapters.duckdb.render import read_csv
from assetc.adapters.postgres.types import written_type
from assetc.compiler.operation import LoadSeed

_READ_AS: Mapping[str, str] = MappingProxyType(
    {written_type(name): name for name in ("BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP")}
)
"""The configured types that DuckDB reads; of any other the server reads the text."""


@contextmanager
def typed_rows(reader: duckdb.DuckDBPyConnection, seed: LoadSeed) -> Iterator[duckdb.DuckDBPyRelation]:
    """The rows of a CSV file while this lasts, in which DuckDB's errors are translated."""
    columns = [
        (column.name, _READ_AS.get(column.configured.lower(), "VARCHAR") if column.configured else column.type)
        for column in seed.columns
    ]
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
