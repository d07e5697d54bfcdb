"""Compiling an open project: what only happens when something has changed since the last time."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from assetc.compiler.compilation import Compilation, Counts
from assetc.compiler.diagnostic import Diagnostic, in_order
from assetc.compiler.given import Given
from assetc.compiler.pipeline import compile_project
from assetc.compiler.reading.load_macros import load_macros
from assetc.compiler.recompile_model import recompile_model
from assetc.project.files import ProjectFiles
from assetc.project.memory.encoding import fact_memory
from assetc.project.memory.facts_memory import CachedMemory
from assetc.project.memory.snapshot import hash_of
from assetc.project.memory.snapshot_rows import Snapshot
from assetc.project.properties.load_properties import load_properties, only
from assetc.runtime.opening import Opening
from assetc.runtime.surroundings import surroundings_of

MOST_EDITS = 20
"""Models that are compiled again one by one; of more, all are looked at together."""


def compile_anew(opening: Opening) -> tuple[Snapshot, Counts]:
    """The compilation of a project, from facts that are remembered where a file did not change."""
    files = ProjectFiles.of(opening.project, opening.cache)
    memory = CachedMemory.of(opening.cache, opening.scope)
    loaded = load_properties(opening.unread, fact_memory(opening.cache))
    project = replace(opening.project, properties=loaded.properties)
    surroundings = surroundings_of(opening, load_macros(project, files))
    compilation, counts = compile_project(Given(project, surroundings, files, memory))
    problems = tuple(_without_unreadable(compilation, files))
    compilation = replace(compilation, diagnostics=in_order((*loaded.problems, *problems)))
    return Snapshot(compilation, loaded.templated, rendered_properties(opening, loaded.templated)), counts


def compile_edits(opening: Opening, before: Snapshot, changed: Collection[str]) -> tuple[Snapshot, Counts] | None:
    """The compilation after edits of a few models and of nothing else; None if all has to be compiled anew."""
    kinds = {file.path: file.kind for file in opening.project.files if file.path in changed}
    if not 0 < len(changed) <= MOST_EDITS or set(kinds.values()) != {"model"}:
        return None
    files = ProjectFiles.of(opening.project, opening.cache)
    memory = CachedMemory(opening.cache, opening.scope)
    surroundings = surroundings_of(opening, load_macros(opening.project, files))
    given = Given(opening.project, surroundings, files, memory)
    compilation, counts = before.compilation, Counts()
    for path in changed:
        recompiled = recompile_model(given, compilation, path)
        if recompiled is None or files.problems:
            return None
        compilation, more = recompiled
        counts = Counts(counts.read + more.read, counts.parsed + more.parsed, counts.derived + more.derived)
    return replace(before, compilation=compilation), counts


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
