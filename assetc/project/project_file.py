"""The project file: `assetc.toml`, `[tool.assetc]` of `pyproject.toml`, or `dbt_project.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, cast

from assetc.compiler.configuration.keys import without_effect
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span, file_span
from assetc.compiler.project import Entry, FolderConfig
from assetc.compiler.rules import DBT, RULES, Flavor, Rules
from assetc.project.documents.findings import Findings, config_entry
from assetc.project.documents.keys import (
    DBT_PROJECT_KEYS,
    MAPPING_CONFIG_KEYS,
    NATIVE_PROJECT_KEYS,
    NOT_BUILT_PROJECT_KEYS,
    OLD_DBT_PROJECT_KEYS,
    SECTIONS,
    snake,
)
from assetc.project.documents.read_text import shown_text
from assetc.project.documents.readings import ProjectFileReading
from assetc.project.documents.toml_positions import read_toml
from assetc.project.documents.written import WrittenFile, WrittenMapping, WrittenPair, place_at, plain
from assetc.project.documents.yaml_positions import read_yaml

_TABLE = re.compile(r"^\s*\[+\s*[\"']?tool[\"']?\s*\.\s*[\"']?assetc\b", re.MULTILINE)

Section = Literal["models", "seeds", "snapshots", "sources", "checks"]


def read_project_file(path: str, text: str, flavor: Flavor) -> ProjectFileReading:
    """What a project file says, and what is wrong with it. Never raises."""
    file = read_yaml(path, text, DBT) if flavor == "dbt" else read_toml(path, text)
    findings = Findings(RULES[flavor], file.problems)
    content = _own_table(findings, file, path)
    if content is None:
        return ProjectFileReading(problems=tuple(findings.problems), is_usable=False)
    known = DBT_PROJECT_KEYS if flavor == "dbt" else NATIVE_PROJECT_KEYS
    entries: list[Entry] = []
    folders: list[FolderConfig] = []
    for pair in content.pairs:
        key = snake(pair.key)
        if key in SECTIONS:
            folders += _read_folder(findings, cast("Section", SECTIONS[key]), (), findings.pairs(pair.value, pair.key))
        elif key in known or (flavor == "dbt" and key in OLD_DBT_PROJECT_KEYS):
            entries.append(Entry(key, plain(pair.value), pair.span))
            if key in NOT_BUILT_PROJECT_KEYS:
                findings.problems.append(without_effect(pair.key, pair.span))
        else:
            findings.unknown(pair, _spelled_like(pair.key, known), "a project file")
    return ProjectFileReading(tuple(entries), tuple(folders), tuple(findings.problems))


def has_tool_table(text: str) -> bool:
    """Whether the text of a `pyproject.toml` configures assetc; a broken one does if a header of ours is in it."""
    file = read_toml("pyproject.toml", text)
    if file.content is None:
        return _TABLE.search(text) is not None
    tool = file.content.find("tool") if isinstance(file.content, WrittenMapping) else None
    return tool is not None and isinstance(tool.value, WrittenMapping) and tool.value.find("assetc") is not None


def _own_table(findings: Findings, file: WrittenFile, path: str) -> WrittenMapping | None:
    if file.content is None:
        if not file.problems:
            findings.add("E126", f"{path} is empty", file_span(path), "It needs at least a name and a profile")
        return None
    content = findings.mapping(file.content, "a project file")
    if not path.endswith("pyproject.toml"):
        return content
    for key in ("tool", "assetc"):
        pair = None if content is None else content.find(key)
        content = None if pair is None else findings.mapping(pair.value, f"[{key}]")
    return content


def _spelled_like(key: str, known: frozenset[str]) -> frozenset[str]:
    return frozenset(name.replace("_", "-") for name in known) if "-" in key else known


def _read_folder(
    findings: Findings, kind: Section, folder: tuple[str, ...], pairs: Iterable[WrittenPair]
) -> Iterator[FolderConfig]:
    """The configuration of one folder, then that of the folders in it."""
    entries: list[Entry] = []
    inner: list[tuple[str, WrittenMapping]] = []
    for pair in pairs:
        if isinstance(pair.value, WrittenMapping) and not _is_config(findings.rules, pair.key):
            inner.append((pair.key, pair.value))
        else:
            entries.append(config_entry(findings, kind, pair))
    if entries:
        yield FolderConfig(kind, folder, tuple(entries))
    for name, below in inner:
        yield from _read_folder(findings, kind, (*folder, name), below.pairs)


def _is_config(rules: Rules, key: str) -> bool:
    """Whether a key with a mapping configures: the "+" says so, where it may not be left out."""
    return key.startswith("+") or (rules.plus_is_optional and snake(key) in MAPPING_CONFIG_KEYS)


def read_selectors_file(path: str, text: str) -> ProjectFileReading:
    """The keys of a `selectors.yml`; what they mean, the compiler says. Never raises."""
    file = read_yaml(path, text, DBT)
    findings = Findings(DBT, file.problems)
    pairs = findings.pairs(file.content, "a selectors file")
    entries = tuple(Entry(pair.key, plain(pair.value), pair.span) for pair in pairs)
    return ProjectFileReading(entries, problems=tuple(findings.problems))


def place_in_selectors(root: str, path: str, steps: Iterable[str | int]) -> Span:
    """The place of a value of `selectors.yml`, or of `selectors` in a native project file, to which steps lead."""
    text = shown_text(root, path) or ""
    if path.endswith(".toml"):
        content = read_toml(path, text).content
        steps = (*(("tool", "assetc") if path == "pyproject.toml" else ()), *steps)
    else:
        content = read_yaml(path, text, DBT).content
    return file_span(path) if content is None else place_at(content, steps)


SHOWN_AS = "--vars"


def read_variables(text: str) -> tuple[Mapping[str, object], tuple[Diagnostic, ...]]:
    """The variables that a YAML text gives. Never raises."""
    file = read_yaml(SHOWN_AS, text, DBT)
    if file.content is None:
        return {}, file.problems
    if not isinstance(file.content, WrittenMapping):
        message = "--vars must be a mapping"
        return {}, (diagnostic("E126", message, file.content.span, hint="Write it as --vars 'name: value'"),)
    return {pair.key: plain(pair.value) for pair in file.content.pairs}, file.problems
