"""Compiling an open project: what only happens when something has changed since the last time."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from assetc.compiler.compilation import Compilation, Counts
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.given import Given
from assetc.compiler.load_macros import load_macros
from assetc.compiler.pipeline import compile_project
from assetc.project.encoding import fact_memory
from assetc.project.facts_memory import CachedMemory
from assetc.project.files import ProjectFiles
from assetc.project.load_properties import load_properties, only
from assetc.project.snapshot import Snapshot, hash_of
from assetc.runtime.opening import Opening
from assetc.runtime.surroundings import surroundings_of


def compile_anew(opening: Opening) -> tuple[Snapshot, Counts]:
    """The compilation of a project, from facts that are remembered where a file did not change."""
    files = ProjectFiles.of(opening.project, opening.cache)
    memory = CachedMemory.of(opening.cache, opening.scope)
    loaded = load_properties(opening.unread, fact_memory(opening.cache))
    project = replace(opening.project, properties=loaded.properties)
    surroundings = surroundings_of(opening, load_macros(project, files))
    compilation, counts = compile_project(Given(project, surroundings, files, memory))
    problems = tuple(_without_unreadable(compilation, files))
    compilation = replace(compilation, diagnostics=(*loaded.problems, *problems))
    return Snapshot(compilation, loaded.templated, rendered_properties(opening, loaded.templated)), counts


def rendered_properties(opening: Opening, templated: tuple[str, ...]) -> str:
    """A hash of what the property files with templates say now; of all others their stamps tell."""
    if not templated:
        return ""
    loaded = load_properties(only(opening.unread, templated), fact_memory(opening.cache))
    return hash_of((loaded.properties, loaded.problems))


def _without_unreadable(compilation: Compilation, files: ProjectFiles) -> Iterable[Diagnostic]:
    """For a file that cannot be read that is the one thing to say about it."""
    yield from files.problems.values()
    for problem in compilation.diagnostics:
        if problem.span is None or problem.span.path not in files.problems:
            yield problem
