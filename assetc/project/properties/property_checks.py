"""The checks of a property file: `data_tests` (also `tests`, `checks`) in all forms that people write."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.compiler.project import CheckSpec, Entry
from assetc.project.documents.findings import Findings, config_entries
from assetc.project.documents.keys import CHECK_CONFIG_KEYS, CHECK_KEYS, CHECK_LISTS
from assetc.project.documents.written import Written, WrittenMapping, WrittenScalar, plain
from assetc.project.properties.check_config import check_config


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
    config, problems = check_config(settings)
    findings.problems += problems
    return CheckSpec(
        test=test,
        arguments=tuple(_arguments(findings, written)),
        config=config,
        span=written.span,
        column=findings.text_at(written, "column_name") or column,
        name=findings.text_at(written, "name"),
        settings=settings,
    )


def _settings(findings: Findings, written: WrittenMapping) -> Iterator[Entry]:
    """What configures the check: keys beside its arguments, as older projects write them, then `config`."""
    beside = tuple(pair for pair in written.pairs if pair.key in CHECK_CONFIG_KEYS)
    yield from config_entries(findings, "checks", beside)
    yield from config_entries(findings, "checks", findings.pairs_at(written, "config"))


def _arguments(findings: Findings, written: WrittenMapping) -> Iterator[tuple[str, object]]:
    for pair in written.pairs:
        if pair.key not in CHECK_KEYS and pair.key not in CHECK_CONFIG_KEYS:
            yield pair.key, plain(pair.value)
    for pair in findings.pairs_at(written, "arguments"):
        yield pair.key, plain(pair.value)
