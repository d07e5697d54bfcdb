"""The parts of a project file: the name, the profile and the variables, which come first; hooks, dispatch and so on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from assetc.compiler.config import NOTHING, nothing
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import file_span
from assetc.compiler.project import Entry
from assetc.project.documents.readers import read_selectors_file
from assetc.project.documents.readings import ProjectFileReading
from assetc.project.find_project import FoundProject
from assetc.project.memory.load_memory import Memory, read_config_file
from assetc.project.templates import TemplateNames, render_value

Dispatch = tuple[tuple[str, tuple[str, ...]], ...]


RENDERED_LATER = frozenset({"on_run_start", "on_run_end", "query_comment", "vars", "resources", "selectors"})
"""Keys whose templates are rendered when they are used, with everything that a model may use."""


class Outline(Struct, frozen=True):
    """The name of a project, its profile as written, its variables with those of the command line on top."""

    name: str
    profile: Entry | None
    variables: Mapping[str, object]


def make_outline(
    found: FoundProject, reading: ProjectFileReading, names: TemplateNames
) -> tuple[Outline, tuple[Diagnostic, ...]]:
    """The outline of a project; `names` has the variables of the command line."""
    written = {entry.key: entry for entry in reading.entries}
    problems: list[Diagnostic] = []
    name, found_problems = _name(found, written.get("name"), names)
    problems += found_problems
    variables, found_problems = _variables(written.get("vars"), name, names.variables)
    problems += found_problems
    profile = written.get("profile")
    if profile is not None:
        value, found_problems = render_value(profile.value, profile.span, replace(names, variables=variables))
        problems += found_problems
        profile = replace(profile, value=value) if isinstance(value, str) and value else None
    return Outline(name, profile, variables), tuple(problems)


def _name(found: FoundProject, entry: Entry | None, names: TemplateNames) -> tuple[str, tuple[Diagnostic, ...]]:
    default = re.sub(r"\W", "_", found.root.name) or "project"
    if entry is None:
        if not found.rules.needs_name:
            return default, ()
        problem = diagnostic("E126", "a dbt project needs a name", file_span(found.file), hint=f"name: {default}")
        return default, (problem,)
    value, problems = render_value(entry.value, entry.span, names)
    if problems:
        return default, problems
    if isinstance(value, str) and re.fullmatch(r"[^\W\d]\w*", value):
        return value, ()
    hint = f"A name is letters, digits and underscores, such as {default}"
    return default, (diagnostic("E126", f"{value!r} cannot be the name of a project", entry.span, hint=hint),)


def _variables(
    entry: Entry | None, name: str, given: Mapping[str, object]
) -> tuple[Mapping[str, object], tuple[Diagnostic, ...]]:
    """The variables of the file; above them those for this project alone; above them those given."""
    if entry is None or entry.value is None:
        return dict(given), ()
    if not isinstance(entry.value, dict):
        return dict(given), (diagnostic("E126", "vars must be a mapping", entry.span),)
    scoped = entry.value.get(name)
    own = scoped if isinstance(scoped, dict) else {}
    return {str(key): value for key, value in {**entry.value, **own, **given}.items()}, ()


def read_hooks(entry: Entry | None) -> tuple[tuple[Entry, ...], tuple[Diagnostic, ...]]:
    """The SQL of `on-run-start` or `on-run-end`, one entry a statement; it is rendered when it runs."""
    if entry is None or entry.value is None:
        return (), ()
    texts = entry.value if isinstance(entry.value, list) else [entry.value]
    hooks = tuple(replace(entry, value=text) for text in texts if isinstance(text, str) and text.strip())
    if all(isinstance(text, str) for text in texts):
        return hooks, ()
    return hooks, (diagnostic("E126", f"{entry.key} must be SQL, or a list of it", entry.span),)


def read_dispatch(entry: Entry | None) -> tuple[Dispatch, tuple[Diagnostic, ...]]:
    """For each macro namespace the packages in which its macros are looked up."""
    if entry is None or entry.value is None:
        return (), ()
    rules: list[tuple[str, tuple[str, ...]]] = []
    for rule in entry.value if isinstance(entry.value, list) else [None]:
        namespace = rule.get("macro_namespace") if isinstance(rule, dict) else None
        order = rule.get("search_order") if isinstance(rule, dict) else None
        if not isinstance(namespace, str) or not isinstance(order, list):
            message = "dispatch must be a list of mappings with macro_namespace and search_order"
            return tuple(rules), (diagnostic("E126", message, entry.span),)
        rules.append((namespace, tuple(str(package) for package in order)))
    return tuple(rules), ()


def read_mapping(entry: Entry | None) -> tuple[Mapping[str, object], tuple[Diagnostic, ...]]:
    """The mapping of a key, empty when it is not written."""
    if entry is None or entry.value is None:
        return NOTHING, ()
    if isinstance(entry.value, dict):
        return {str(key): value for key, value in entry.value.items()}, ()
    return NOTHING, (diagnostic("E126", f"{entry.key} must be a mapping", entry.span),)


def read_resources(
    entry: Entry | None, target: str, names: TemplateNames
) -> tuple[Mapping[str, object], tuple[Diagnostic, ...]]:
    """The resources of the target in use; those of other targets are not even rendered."""
    by_target, problems = read_mapping(entry)
    resources = by_target.get(target)
    if entry is None or resources is None:
        return NOTHING, problems
    if not isinstance(resources, dict):
        message = f"resources.{target} must be a mapping of names to values"
        return NOTHING, (*problems, diagnostic("E126", message, entry.span))
    value, found = render_value(resources, entry.span, replace(names, may_use_secrets=True))
    return (value if isinstance(value, dict) else NOTHING), (*problems, *found)


FILE = "selectors.yml"


class WrittenSelectors(Struct, frozen=True):
    """The content of a selectors file as plain values, and which file it is."""

    content: Mapping[str, object] = field(default_factory=nothing)
    path: str = ""


def read_selectors(
    root: Path, project_file: str, entries: Mapping[str, Entry], memory: Memory
) -> tuple[WrittenSelectors, tuple[Diagnostic, ...]]:
    """The selectors of a project; what they mean, the compiler says."""
    own = entries.get("selectors")
    if own is not None:
        return WrittenSelectors({"selectors": own.value}, project_file), ()
    if not (root / FILE).is_file():
        return WrittenSelectors(), ()
    reading = read_config_file(memory, ProjectFileReading, root / FILE, FILE, read_selectors_file)
    if isinstance(reading, Diagnostic):
        return WrittenSelectors(), (reading,)
    content = {entry.key: entry.value for entry in reading.entries}
    return WrittenSelectors(content, FILE), reading.problems
