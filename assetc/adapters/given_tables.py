"""Tables that a Python body gives, made ready for DuckDB to read: nothing is dropped, renamed or rounded on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from assetc.adapters.protocol import Refused
from assetc.compiler.diagnostic import diagnostic
from assetc.definitions.form import form_of_class

if TYPE_CHECKING:
    import duckdb

_MOST_DIGITS = 38
_CASTS = (
    ("ENUM(", "VARCHAR"),
    ("TIMESTAMP_S", "TIMESTAMP"),
    ("TIMESTAMP_MS", "TIMESTAMP"),
)
"""Types that say what the values of one batch happen to be, and the types that those of the next will fit as well."""


def all_in_columns(table: Any) -> Any:
    """The table with the index of a frame among its columns. Raises Refused (E194) for what cannot be stored so."""
    form = form_of_class(type(table))
    if form == "pandas":
        table = _without_index(table)
    _refuse_repeated(_names(table, form))
    return _categories_as_values(table) if form == "pandas" else table


def refuse_lost_digits(table: Any, rows: duckdb.DuckDBPyRelation) -> None:
    """Raise Refused (E194) for decimals of which DuckDB would make other numbers."""
    for name, found in zip(rows.columns, map(str, rows.types), strict=True):
        if found.startswith(("DECIMAL(38,", "DOUBLE", "FLOAT")) and not _digits_fit(_objects(table, name)):
            message = f"the column `{name}` has decimals that {_MOST_DIGITS} digits cannot hold"
            raise _refused(message, "Round them, or make them floats or texts")


def steady_columns(rows: duckdb.DuckDBPyRelation) -> str:
    """The select list that gives each column a type which does not depend on this batch of values."""
    return ", ".join(map(_steady, rows.columns, map(str, rows.types)))


def _steady(name: str, found: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    wanted = next((wanted for start, wanted in _CASTS if found.startswith(start)), None)
    return f"cast({quoted} as {wanted}) as {quoted}" if wanted else quoted


def _without_index(frame: Any) -> Any:
    """Named levels of the index become columns, and so does one without a name that is not just the rows' numbers."""
    index = frame.index
    if index.nlevels > 1 or index.name is not None or not _is_numbering(index):
        _refuse_repeated([*_index_names(index), *map(_flat, frame.columns)])
        frame = frame.reset_index()
    if frame.columns.nlevels > 1:
        frame = frame.set_axis([_flat(name) for name in frame.columns], axis=1)
    return frame


def _is_numbering(index: Any) -> bool:
    return index.inferred_type in ("integer", "empty") or not len(index)


def _index_names(index: Any) -> Iterator[str]:
    """The names that `reset_index` gives."""
    for place, name in enumerate(index.names):
        unnamed = f"level_{place}" if index.nlevels > 1 else "index"
        yield unnamed if name is None else _flat(name)


def _flat(name: object) -> str:
    """The name of a column; those of several levels are joined, as in `amount_sum`."""
    return "_".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)


def _categories_as_values(frame: Any) -> Any:
    """Categories of anything but text would reach DuckDB as their texts, or rounded."""
    kinds = {name: found.categories.dtype for name, found in frame.dtypes.items() if hasattr(found, "categories")}
    others = [name for name, kind in kinds.items() if kind.kind != "O" or not _all_text(frame[name])]
    return frame.astype(dict.fromkeys(others, object)) if others else frame


def _all_text(column: Any) -> bool:
    return all(isinstance(category, str) for category in column.cat.categories)


def _names(table: Any, form: str | None) -> Iterable[str]:
    match form:
        case "polars_lazy":
            return tuple(table.collect_schema().names())
        case "pyarrow":
            return tuple(table.column_names)
        case "record_batches":
            return tuple(table.schema.names)
        case "pandas" | "polars" | "duckdb":
            return map(str, table.columns)
    return dict.fromkeys(name for row in table for name in row) if isinstance(table, list) else ()


def _refuse_repeated(names: Iterable[str]) -> None:
    """DuckDB would give the second one another name, or its values those of the first."""
    known: dict[str, str] = {}
    for name in names:
        first = known.get(name.casefold())
        if first is not None:
            both = f"`{name}` twice" if first == name else f"`{first}` and `{name}`"
            raise _refused(f"the table has two columns of one name: {both}", "Rename one of them, or leave it out")
        known[name.casefold()] = name


def _objects(table: Any, name: str) -> Iterable[object]:
    """The values of a column that are any objects of Python."""
    if isinstance(table, list):
        return (row.get(name) for row in table)
    if form_of_class(type(table)) != "pandas":
        return ()
    column = table[next(each for each in table.columns if str(each) == name)]
    return column if column.dtype == object else ()


def _digits_fit(values: Iterable[object]) -> bool:
    """Whether a decimal column can hold all decimals among the values, with every digit."""
    whole = places = 0
    for value in values:
        if isinstance(value, Decimal):
            if not value.is_finite():
                return False
            whole, places = max(whole, value.adjusted() + 1), max(places, -int(value.as_tuple().exponent))
    return whole + places <= _MOST_DIGITS


def _refused(message: str, hint: str) -> Refused:
    return Refused(diagnostic("E194", message, None, hint=hint))
