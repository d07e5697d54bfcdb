"""Writes the names that a name was resolved to into the author's text, which is otherwise unchanged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from msgspec import Struct

from assetc.compiler.reference import Reference
from assetc.compiler.sql.fold import last_written, split_name, written_name
from assetc.compiler.sql.reading import ColumnPrefix, SqlReading
from assetc.compiler.sql.splice import Replacement, Spliced, splice

# Oracle has no AS before the alias of a table.
_WITHOUT_AS = frozenset({"oracle"})


class _Renamed(Struct, frozen=True):
    """A reference, its new name, and how columns are to call the table afterwards."""

    reference: Reference
    name: str
    column_name: str
    needs_alias: bool


def rewrite(sql: str, reading: SqlReading, name_of: Callable[[Reference], str | None]) -> Spliced:
    """`sql`, which `reading` was read from, with the name that `name_of` gives for each reference.

    A table that is read keeps its old name as an alias where the new one ends differently, so that columns still
    find it; `schema.table.column` and the columns of a written table are changed with it.
    """
    prefixes: dict[int, list[ColumnPrefix]] = defaultdict(list)
    for prefix in reading.column_prefixes:
        prefixes[prefix.reference].append(prefix)
    twins = _twins(reading)
    replacements: list[Replacement] = []
    for number, reference in enumerate(reading.references):
        name = name_of(reference) if reference.start >= 0 else None
        if name is not None:
            is_twin = number in twins and bool(prefixes[number])
            renamed = _renamed(sql, reading.dialect, reference, name, is_twin=is_twin)
            replacements += _replacements(reading.dialect, renamed, prefixes[number])
    return splice(sql, _without_overlaps(replacements))


def _without_overlaps(replacements: list[Replacement]) -> list[Replacement]:
    """Only a text that does not parse can have two names at one position; the first is kept."""
    kept: list[Replacement] = []
    for item in sorted(replacements, key=lambda item: (item.start, item.end)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


def _twins(reading: SqlReading) -> set[int]:
    """The tables without an alias whose last part another one has as well: `a.orders join b.orders`."""
    numbers: dict[str, set[int]] = defaultdict(set)
    names: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for number, reference in enumerate(reading.references):
        if reference.kind == "read" and not reference.has_alias:
            numbers[reference.parts[-1]].add(number)
            names[reference.parts[-1]].add(reference.parts)
    return {number for last, found in numbers.items() if len(names[last]) > 1 for number in found}


def _renamed(sql: str, dialect: str, reference: Reference, name: str, *, is_twin: bool) -> _Renamed:
    old = sql[reference.start : reference.end]
    written = last_written(dialect, old)
    if reference.kind != "read":
        return _Renamed(reference, name, last_written(dialect, name), needs_alias=False)
    if is_twin and reference.alias_at >= 0 and len(reference.parts) > 1:
        return _Renamed(reference, name, written_name(dialect, "_".join(reference.parts)), needs_alias=True)
    ends_alike = split_name(dialect, name)[-1:] == reference.parts[-1:]
    needs_alias = not ends_alike and not reference.has_alias and reference.alias_at >= 0
    return _Renamed(reference, name, written, needs_alias)


def _replacements(dialect: str, renamed: _Renamed, prefixes: list[ColumnPrefix]) -> Iterator[Replacement]:
    reference = renamed.reference
    yield Replacement(reference.start, reference.end, renamed.name)
    if renamed.needs_alias:
        word = " " if dialect in _WITHOUT_AS else " as "
        yield Replacement(reference.alias_at, reference.alias_at, f"{word}{renamed.column_name}")
    for prefix in prefixes:
        yield Replacement(prefix.start, prefix.end, renamed.column_name)
