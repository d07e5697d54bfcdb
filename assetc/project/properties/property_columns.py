"""The columns that a property file describes, and the checks in all the forms that people write."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.compiler.asset import DeclaredColumn
from assetc.compiler.check_texts import SQL_OF_CHECK
from assetc.compiler.diagnostic import did_you_mean
from assetc.compiler.place import Span
from assetc.compiler.project import CheckSpec, Entry
from assetc.compiler.template.tags import has_tags
from assetc.project.documents.findings import Findings, config_entries
from assetc.project.documents.keys import (
    CHECK_CONFIG_KEYS,
    CHECK_KEYS,
    CHECK_LISTS,
    COLUMN_KEYS,
    NOT_BUILT_COLUMN_KEYS,
)
from assetc.project.documents.written import Written, WrittenMapping, WrittenPair, WrittenScalar, plain
from assetc.project.properties.check_config import check_config


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


def read_checks(findings: Findings, owner: WrittenMapping, column: str | None) -> Iterator[CheckSpec]:
    """The checks that stand at a model, a source's table or a column."""
    for key in CHECK_LISTS:
        pair = owner.find(key)
        for item in () if pair is None else findings.items(pair.value, key):
            spec = _read_check(findings, item, column)
            if spec is not None:
                yield spec


def _read_check(findings: Findings, written: Written, column: str | None) -> CheckSpec | None:
    if isinstance(written, WrittenScalar):
        name = findings.text(written, "the name of a check")
        return None if name is None else _spec(findings, name, WrittenMapping((), written.place), column)
    if not isinstance(written, WrittenMapping):
        findings.misfit(written, "a check", "a name or a mapping")
        return None
    named = written.find("test_name")
    if named is not None:
        name = findings.text(named.value, "test_name")
        return None if name is None else _spec(findings, name, written, column)
    return _read_mapping(findings, written, column)


def _read_mapping(findings: Findings, written: WrittenMapping, column: str | None) -> CheckSpec | None:
    """`{accepted_values: {...}}`: one key, the check's name."""
    if len(written.pairs) != 1:
        names = ", ".join(pair.key for pair in written.pairs) or "none"
        message = f"a check is a mapping with one key, its name, and this one has {names}"
        hint = "Indent the arguments and the config of the check below its name"
        findings.add("E126", message, written.span, hint)
        return None
    (pair,) = written.pairs
    inner = findings.mapping(pair.value, f"what follows the check {pair.key}")
    if inner is None:
        return None
    return _spec(findings, pair.key, WrittenMapping(inner.pairs, pair.place), column)


def _spec(findings: Findings, test: str, written: WrittenMapping, column: str | None) -> CheckSpec:
    settings = tuple(_settings(findings, written))
    arguments = {pair.key: plain(pair.value) for pair in _arguments(findings, written)}
    named = arguments.pop("column_name", None) or findings.text_at(written, "column_name") or column
    config, problems = check_config(entry for entry in settings if not _is_rendered_later(entry))
    findings.problems += problems
    return CheckSpec(
        test=test,
        arguments=tuple(arguments.items()),
        config=config,
        span=written.span,
        column=None if named is None else str(named),
        name=findings.text_at(written, "name"),
        settings=settings,
        places=tuple(_places(findings, written)),
    )


def _is_rendered_later(entry: Entry) -> bool:
    """Whether the value of a setting is a template: what is wrong with it is said when it is rendered."""
    return isinstance(entry.value, str) and has_tags(entry.value)


def _settings(findings: Findings, written: WrittenMapping) -> Iterator[Entry]:
    """What configures the check: keys beside its arguments, as older projects write them, then `config`."""
    beside = tuple(pair for pair in written.pairs if pair.key in CHECK_CONFIG_KEYS)
    yield from config_entries(findings, "checks", beside)
    yield from config_entries(findings, "checks", findings.pairs_at(written, "config"))


def _arguments(findings: Findings, written: WrittenMapping) -> Iterator[WrittenPair]:
    for pair in written.pairs:
        if pair.key not in CHECK_KEYS and pair.key not in CHECK_CONFIG_KEYS:
            yield pair
    yield from findings.pairs_at(written, "arguments")


def _places(findings: Findings, written: WrittenMapping) -> Iterator[tuple[str, Span]]:
    """The places of what may be wrong by itself: of arguments, and of the SQL that configures the check."""
    for pair in (*written.pairs, *findings.pairs_at(written, "config")):
        if pair.key in SQL_OF_CHECK:
            yield pair.key, pair.whole
    for pair in _arguments(findings, written):
        yield pair.key, pair.whole
