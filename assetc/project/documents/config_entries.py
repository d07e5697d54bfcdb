"""The entries of a `config:` mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assetc.compiler.configuration.configure import unknown_key
from assetc.compiler.configuration.keys import without_effect
from assetc.compiler.project import Entry
from assetc.project.documents.findings import Findings
from assetc.project.documents.keys import CONFIG_KEYS, NOT_BUILT_CONFIG_KEYS, snake
from assetc.project.documents.written import Written, WrittenPair, plain


def read_config(findings: Findings, section: str, written: Written) -> tuple[Entry, ...]:
    """The entries of a `config:` mapping of a property file. Unknown keys are reported and kept."""
    mapping = findings.mapping(written, "config")
    return () if mapping is None else tuple(config_entries(findings, section, mapping.pairs))


def config_entries(findings: Findings, section: str, pairs: tuple[WrittenPair, ...]) -> Iterator[Entry]:
    """Each pair as an entry, its key in the form in which it is looked up."""
    for pair in pairs:
        yield config_entry(findings, section, pair)


def config_entry(findings: Findings, section: str, pair: WrittenPair) -> Entry:
    """One configuration key. An unknown one is reported, and kept for the adapter and the templates."""
    known = CONFIG_KEYS[section]
    key = snake(pair.key)
    if key in known:
        entry = Entry(key, plain(pair.value), pair.span)
        if key in NOT_BUILT_CONFIG_KEYS.get(section, ()):
            findings.not_built(pair)
        _note_not_built(findings, section, entry)
        return entry
    entry = Entry(pair.key.removeprefix("+"), plain(pair.value), pair.span)
    if section in ("models", "seeds", "snapshots"):
        # The pass that merges an asset's configuration says the same of what a SQL or Python file configures.
        findings.problems.append(unknown_key(entry, findings.rules))
    else:
        findings.unknown(pair, known, f"the configuration of {section}")
    return entry


def _note_not_built(findings: Findings, section: str, entry: Entry) -> None:
    """Say of a known key that it has no effect yet, where dbt would do something else in a run."""
    value = entry.value if isinstance(entry.value, Mapping) else {}
    stores = section == "checks" and entry.key == "store_failures" and entry.value in (True, "true", "True")
    if stores and not findings.rules.lists_all_not_built:
        findings.add("W223", "store_failures is not built yet: the rows that fail are not kept", entry.span)
    if section == "sources" and entry.key == "meta" and "external_location" in value:
        hint = "Read the file in a model: from read_parquet('...')"
        findings.problems.append(without_effect("external_location", entry.span, hint))
