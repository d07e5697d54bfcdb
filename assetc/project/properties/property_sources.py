"""The `sources:` of a property file."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from assetc.compiler.project import DeclaredSource, Entry
from assetc.project.documents.findings import Findings, read_key
from assetc.project.documents.keys import SOURCE_KEYS, TABLE_KEYS
from assetc.project.documents.written import Written, WrittenMapping, WrittenScalar
from assetc.project.properties.property_columns import read_checks, read_columns


class _Heading(Struct, frozen=True):
    """What a source says for all of its tables."""

    name: str
    database: str | None
    schema: str | None
    config: tuple[Entry, ...]


def read_sources(findings: Findings, written: Written) -> Iterator[DeclaredSource]:
    """The tables of all sources. A schema that is not written stays None: what it is, the resolver knows."""
    for source in findings.mappings(written, "source"):
        heading = _read_heading(findings, source)
        tables = source.find("tables")
        for table in () if tables is None else findings.items(tables.value, "tables"):
            declared = None if heading is None else _read_table(findings, heading, table)
            if declared is not None:
                yield declared


def _read_heading(findings: Findings, source: WrittenMapping) -> _Heading | None:
    config: list[Entry] = []
    for pair in source.pairs:
        config += read_key(findings, "sources", pair, SOURCE_KEYS, "a source")
    name = findings.name_of(source, "a source")
    if name is None:
        return None
    database, schema = (findings.text_at(source, key) for key in ("database", "schema"))
    return _Heading(name[0], database, schema, tuple(config))


def _read_table(findings: Findings, heading: _Heading, written: Written) -> DeclaredSource | None:
    """A table as a mapping, or as a bare name."""
    if isinstance(written, WrittenScalar):
        name = findings.text(written, "the name of a table")
        if name is None:
            return None
        return DeclaredSource(
            heading.name, name, name, heading.database, heading.schema, written.span, config=heading.config
        )
    table = findings.mapping(written, "a table of a source")
    return None if table is None else _read_whole_table(findings, heading, table)


def _read_whole_table(findings: Findings, heading: _Heading, table: WrittenMapping) -> DeclaredSource | None:
    config = list(heading.config)
    for pair in table.pairs:
        config += read_key(findings, "sources", pair, TABLE_KEYS, "a table of a source")
    name = findings.name_of(table, "a table of a source")
    columns, column_checks = read_columns(findings, table)
    checks = (*read_checks(findings, table, None), *column_checks)
    if name is None:
        return None
    return DeclaredSource(
        source=heading.name,
        table=name[0],
        identifier=findings.text_at(table, "identifier") or name[0],
        database=heading.database,
        schema=heading.schema,
        span=name[1],
        description=findings.text_at(table, "description") or "",
        columns=columns,
        config=tuple(config),
        checks=checks,
    )
