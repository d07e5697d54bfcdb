"""Property files: what a YAML file beside the models says about models, seeds, macros, sources ..."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from assetc.compiler.place import Span
from assetc.compiler.project import DeclaredSource, Entry, Mention, Patch
from assetc.compiler.rules import Rules
from assetc.project.documents.findings import Findings, read_key
from assetc.project.documents.keys import (
    ASSET_KEYS,
    NOT_BUILT_SECTIONS,
    PROPERTY_FILE_KEYS,
)
from assetc.project.documents.readings import PropertyFileReading
from assetc.project.documents.written import WrittenList, WrittenMapping, WrittenPair, WrittenScalar
from assetc.project.documents.yaml_positions import read_yaml
from assetc.project.properties.property_columns import read_checks, read_columns
from assetc.project.properties.property_sources import read_sources

_PATCHES: dict[str, Literal["model", "seed", "snapshot", "macro"]] = {
    "models": "model",
    "seeds": "seed",
    "snapshots": "snapshot",
    "macros": "macro",
}

_FORM = "It has keys such as models:, seeds: and sources:, with lists below them"


def read_properties(path: str, text: str, rules: Rules) -> PropertyFileReading:
    """What a property file says, and what is wrong with it. Never raises."""
    file = read_yaml(path, text, rules)
    findings = Findings(rules, file.problems)
    patches: list[Patch] = []
    sources: list[DeclaredSource] = []
    mentions: list[Mention] = []
    for pair in findings.pairs(file.content, "a property file", _FORM):
        if pair.key == "sources":
            sources += read_sources(findings, pair.value)
        elif pair.key in _PATCHES:
            patches += _read_patches(findings, pair)
        else:
            _check_section(findings, pair)
            mentions += _mentions(pair)
    has_templates = "{{" in text or "{%" in text
    return PropertyFileReading(tuple(patches), tuple(sources), tuple(findings.problems), has_templates, tuple(mentions))


def _mentions(section: WrittenPair) -> Iterator[Mention]:
    """The names in a section that is not built."""
    if section.key in NOT_BUILT_SECTIONS and isinstance(section.value, WrittenList):
        for item in section.value.items:
            named = item.find("name") if isinstance(item, WrittenMapping) else None
            if named is not None and isinstance(named.value, WrittenScalar):
                yield Mention(section.key, str(named.value.value), named.value.span)


def _check_section(findings: Findings, pair: WrittenPair) -> None:
    """A key of the file that gives nothing: one that is not built, the version, or one that is unknown."""
    if pair.key not in PROPERTY_FILE_KEYS:
        findings.unknown(pair, PROPERTY_FILE_KEYS, "a property file")
    elif pair.key in NOT_BUILT_SECTIONS:
        findings.not_built(pair)
    elif pair.key == "version" and not (isinstance(pair.value, WrittenScalar) and pair.value.value in (2, "2")):
        findings.add("E126", "the version of a property file is 2", pair.value.span, "Remove the line, or write 2")


def _read_patches(findings: Findings, section: WrittenPair) -> Iterator[Patch]:
    kind = _PATCHES[section.key]
    for written in findings.mappings(section.value, kind):
        patch = _read_patch(findings, section.key, written)
        if patch is not None:
            yield patch


def _read_patch(findings: Findings, section: str, written: WrittenMapping) -> Patch | None:
    kind = _PATCHES[section]
    description = ""
    config: list[Entry] = []
    for pair in written.pairs:
        if pair.key == "description":
            description = findings.optional_text(pair.value, "description") or ""
        else:
            config += read_key(findings, section, pair, ASSET_KEYS[section], f"a {kind}")
    columns, checks = ((), ()) if kind == "macro" else read_columns(findings, written)
    own_checks = () if kind == "macro" else tuple(read_checks(findings, written, None))
    name = findings.name_of(written, f"a {kind}")
    if name is None:
        return None
    return Patch(kind, name[0], name[1], description, columns, tuple(config), (*own_checks, *checks))


_WORD = re.compile(r"[\w$-]+")


class PropertyItem(Struct, frozen=True):
    """One entry below `models:`, `seeds:`, `sources:` ... of a property file."""

    name: str
    start: int
    end: int

    def holds(self, span: Span) -> bool:
        """Whether a place lies in the entry."""
        return self.start <= span.start < self.end


def item_at(path: str, text: str, rules: Rules, span: Span) -> PropertyItem | None:
    """The entry that a place lies in; None where it lies in none, or the file cannot be read."""
    content = read_yaml(path, text, rules).content
    for pair in content.pairs if isinstance(content, WrittenMapping) else ():
        for item in pair.value.items if isinstance(pair.value, WrittenList) else ():
            named = item.find("name") if isinstance(item, WrittenMapping) else None
            if named is None or not isinstance(named.value, WrittenScalar):
                continue
            found = PropertyItem(str(named.value.value), item.span.start, item.span.end)
            if found.holds(span):
                return found
    return None


def words_of(text: str) -> frozenset[str]:
    """All that may be a name in a file that nobody could read."""
    return frozenset(_WORD.findall(text))
