"""What the CSV file of a seed holds. DuckDB reads it in process, so that a file means the same in every warehouse.

The types are found by the rules that dbt takes from agate, by one query over the file; but no digit is lost.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import duckdb

from assetc.adapters.duckdb.faults import translate
from assetc.adapters.duckdb.naming import quote
from assetc.adapters.duckdb.render import literal, read_csv
from assetc.adapters.perform import bad_row
from assetc.adapters.protocol import WarehouseError
from assetc.compiler.materialization.build import CsvFile
from assetc.compiler.operation import SeedColumn

_PLAIN = r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)"
_NUMBER = _PLAIN + r"([eE][+-]?[0-9]+)?"
_WHOLE = r"[+-]?[0-9]+([.]0*)?"
_PADDED = r"[+-]?0[0-9]+([.][0-9]*)?"
_DATE = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_TIMESTAMP = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2} [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}"
_ISO_TIMESTAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"


def read_seed(path: Path, file: str, delimiter: str, *, keeps_zeros: bool) -> CsvFile:
    """The file with its columns, none if it is empty; `file` is its path in what is raised, Refused (E175).

    `keeps_zeros`: numbers that begin with a zero, such as 007, are texts.
    """
    try:
        return CsvFile(str(path), file, _columns(str(path), delimiter, keeps_zeros=keeps_zeros))
    except WarehouseError as error:
        raise bad_row(file, error) from error


def _columns(path: str, delimiter: str, *, keeps_zeros: bool) -> tuple[SeedColumn, ...]:
    names = _header(path, delimiter)
    if not names:
        return ()
    try:
        with duckdb.connect() as reader:
            types = reader.execute(_types_query(path, delimiter, names, keeps_zeros=keeps_zeros)).fetchone() or ()
    except duckdb.Error as error:
        raise translate(error) from error
    return tuple(SeedColumn(name, found) for name, found in zip(names, types, strict=True))


def _header(path: str, delimiter: str) -> list[str]:
    """The names in the first line; a missing or repeated name is a fault."""
    with Path(path).open(encoding="utf-8-sig", errors="replace", newline="") as file:
        names = next(islice(csv.reader(file, delimiter=delimiter), 1), [])
    folded = [name.strip().casefold() for name in names]
    for place, name in enumerate(folded):
        if not name:
            raise WarehouseError(f"column {place + 1} has no name", line=1, hint="Name it in the first line")
        if name in folded[:place]:
            raise WarehouseError(f"the column `{names[place]}` stands twice", line=1, hint="Name it otherwise")
    return names


def _types_query(path: str, delimiter: str, names: Iterable[str], *, keeps_zeros: bool) -> str:
    """A query of one row: the type of each column in turn. Empty fields and `null` fit every type."""
    columns = tuple(names)
    source = read_csv(path, delimiter, [(name, "VARCHAR") for name in columns])
    types = (_type_of(quote(name), keeps_zeros=keeps_zeros) for name in columns)
    return f"select {', '.join(types)}\nfrom {source}"


def _type_of(column: str, *, keeps_zeros: bool) -> str:
    value = f"case when lower({column}) <> 'null' then trim({column}) end"
    exact = f"bool_and(regexp_full_match({value}, {literal(_WHOLE)}) or {_is_whole_double(value)})"
    is_kept = f"bool_and({_digits(value)} = {_digits(f'try_cast({value} as double)::varchar')})"
    places = f"max(length(regexp_extract({value}, '[.](.*)', 1)))"
    precision = f"max(length(regexp_extract({value}, '^[+-]?0*([0-9]*)', 1))) + {places}"
    tests = (
        (f"count({value}) = 0", "'INTEGER'"),
        *(((f"bool_or(regexp_full_match({value}, {literal(_PADDED)}))", "'VARCHAR'"),) if keeps_zeros else ()),
        *((f"{_all(value, _NUMBER, name)} and {exact}", literal(name)) for name in ("INTEGER", "BIGINT", "HUGEINT")),
        (f"{_all(value, _NUMBER, 'double')} and {is_kept}", "'DOUBLE'"),
        (
            f"bool_and(regexp_full_match({value}, {literal(_PLAIN)})) and {precision} <= 38",
            f"format('DECIMAL({{}},{{}})', {precision}, {places})",
        ),
        (_all(value, _DATE, "date"), "'DATE'"),
        (_all(value, _TIMESTAMP, "timestamp"), "'TIMESTAMP'"),
        (_all(value, _ISO_TIMESTAMP, "timestamp"), "'TIMESTAMP'"),
        (f"bool_and(lower({value}) in ('true', 'false'))", "'BOOLEAN'"),
    )
    cases = " ".join(f"when {test} then {name}" for test, name in tests)
    return f"case {cases} else 'VARCHAR' end"


def _all(value: str, pattern: str, type_name: str) -> str:
    """Whether every value has the form and is one of the type."""
    fits = f"regexp_full_match({value}, {literal(pattern)}) and try_cast({value} as {type_name}) is not null"
    return f"bool_and({fits}) filter (where {value} is not null)"


def _is_whole_double(value: str) -> str:
    """Whether a value is a whole number that a double holds exactly, such as 1e3."""
    number = f"try_cast({value} as double)"
    return f"({number} % 1 = 0 and abs({number}) < 9007199254740992)"


def _digits(number: str) -> str:
    """The significant digits of a number: a double keeps them if it has the same when it is written."""
    return f"trim(regexp_replace({number}, '[eE].*|[^0-9]', '', 'g'), '0')"
