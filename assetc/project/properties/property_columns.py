"""The columns that a property file describes."""

from __future__ import annotations

from assetc.compiler.asset import DeclaredColumn
from assetc.compiler.diagnostic import did_you_mean
from assetc.compiler.project import CheckSpec
from assetc.project.documents.findings import Findings
from assetc.project.documents.keys import COLUMN_KEYS, NOT_BUILT_COLUMN_KEYS
from assetc.project.documents.written import WrittenMapping, WrittenPair, plain
from assetc.project.properties.property_checks import read_checks


def read_columns(findings: Findings, owner: WrittenMapping) -> tuple[tuple[DeclaredColumn, ...], tuple[CheckSpec, ...]]:
    """The columns below `columns:`, and all their checks."""
    pair = owner.find("columns")
    columns: list[DeclaredColumn] = []
    checks: list[CheckSpec] = []
    for written in () if pair is None else findings.mappings(pair.value, "column"):
        column = _read_column(findings, written)
        if column is not None:
            if any(column.name == other.name for other in columns) and findings.rules.is_strict:
                message = f"the column {column.name} is described twice"
                findings.add("E127", message, written.span, "Bring the two together")
            columns.append(column)
            checks += read_checks(findings, written, column.name)
    return tuple(columns), tuple(checks)


def _read_column(findings: Findings, written: WrittenMapping) -> DeclaredColumn | None:
    name, description, type_name = None, "", None
    tags: tuple[str, ...] = ()
    meta: dict[str, object] = {}
    for pair in written.pairs:
        match pair.key:
            case "name":
                name = findings.text(pair.value, "the name of a column")
            case "description":
                description = findings.optional_text(pair.value, "description") or ""
            case "data_type":
                type_name = findings.optional_text(pair.value, "data_type")
            case "tags":
                tags = findings.texts(pair.value, "tags")
            case "meta":
                meta |= _meta(findings, pair)
            case "config":
                tags, meta = _config(findings, pair, tags, meta)
            case _:
                _note_other(findings, pair)
    if name is None:
        _note_nameless(findings, written)
        return None
    return DeclaredColumn(name, description, type_name, tags, tuple(meta.items()))


def _note_other(findings: Findings, pair: WrittenPair) -> None:
    """What is to be said of a key that tells nothing about the column."""
    if pair.key not in COLUMN_KEYS:
        findings.unknown(pair, COLUMN_KEYS, "a column")
    elif pair.key in NOT_BUILT_COLUMN_KEYS:
        findings.not_built(pair)


def _config(
    findings: Findings, pair: WrittenPair, tags: tuple[str, ...], meta: dict[str, object]
) -> tuple[tuple[str, ...], dict[str, object]]:
    """Tags and meta with those that stand below the column's `config`."""
    for inner in findings.pairs(pair.value, "config"):
        if inner.key == "tags":
            tags += findings.texts(inner.value, "tags")
        elif inner.key == "meta":
            meta = meta | _meta(findings, inner)
    return tags, meta


def _meta(findings: Findings, pair: WrittenPair) -> dict[str, object]:
    return {inner.key: plain(inner.value) for inner in findings.pairs(pair.value, "meta")}


def _note_nameless(findings: Findings, written: WrittenMapping) -> None:
    """Say that the name is missing, but not of `{include: all}` of a versioned model, which is no column."""
    if written.find("name") is None and written.find("include") is None and not _is_misspelt(written):
        findings.add("E126", "a column needs a name", written.span)


def _is_misspelt(written: WrittenMapping) -> bool:
    """Whether the name seems to be there under a key that was already told to be unknown."""
    unknown = (pair.key for pair in written.pairs if pair.key not in COLUMN_KEYS)
    return any("name" in did_you_mean(key, COLUMN_KEYS) for key in unknown)
