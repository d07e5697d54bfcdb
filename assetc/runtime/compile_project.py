"""Compiling an open project: what only happens when something has changed since the last time."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from assetc.compiler.compilation import WorkDone
from assetc.compiler.compiler_input import CompilerInput, load_macros
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.pipeline import compile_project
from assetc.compiler.place import TextId
from assetc.compiler.project import Properties
from assetc.project.files import ProjectFiles
from assetc.project.memory.facts_memory import CachedMemory
from assetc.project.memory.load_memory import Memory
from assetc.project.memory.snapshot import hash_of
from assetc.project.memory.snapshot_rows import Snapshot
from assetc.project.properties.load_properties import LoadedProperties, load_properties, only
from assetc.runtime.opening import Opening
from assetc.runtime.surroundings import surroundings_of


def compile_opened(opening: Opening, before: Snapshot | None, changed: Collection[str]) -> tuple[Snapshot, WorkDone]:
    """The compilation of a project. `changed` are the files that were edited since the snapshot `before`."""
    files = ProjectFiles.of(opening.project, opening.cache)
    whole: list[LoadedProperties] = []

    def properties(paths: Collection[str] | None) -> tuple[Properties, tuple[Diagnostic, ...]]:
        unread = opening.unread if paths is None else only(opening.unread, paths)
        loaded = load_properties(unread, Memory(opening.cache))
        whole.extend((loaded,) if paths is None else ())
        return loaded.properties, loaded.problems

    surroundings = surroundings_of(opening, load_macros(opening.project, files))
    given = CompilerInput(opening.project, properties, surroundings, files, CachedMemory(opening.cache, opening.scope))
    dirty = [TextId(path) for path in changed]
    compilation, counts = compile_project(given, before.compilation if before else None, dirty)
    if before is not None and not whole:
        return replace(before, compilation=compilation), counts
    templated = whole[0].templated
    return Snapshot(compilation, templated, rendered_properties(opening, templated)), counts


def rendered_properties(opening: Opening, templated: tuple[str, ...]) -> str:
    """A hash of what the property files with templates say now; of all others their stamps tell."""
    if not templated:
        return ""
    loaded = load_properties(only(opening.unread, templated), Memory(opening.cache))
    return hash_of((loaded.properties, loaded.problems))
