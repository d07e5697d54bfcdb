"""What a project file says before the target is known: the name, the profile, the variables."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import file_span
from assetc.compiler.project import Entry
from assetc.project.documents.readings import ProjectFileReading
from assetc.project.find_project import FoundProject
from assetc.project.templates import TemplateNames, render_value

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
