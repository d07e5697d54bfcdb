"""A project, opened: loaded, compiled (or recalled, which imports little), ready to be planned and executed."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Adapter, Identity
from assetc.adapters.registry import find_adapter
from assetc.compiler.asset import Graph
from assetc.compiler.collector import collector_paused
from assetc.compiler.compilation import Compilation, WorkDone
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.project import Project
from assetc.definitions.key import AssetKey
from assetc.project.find_project import find_project
from assetc.project.load import Loaded, load
from assetc.project.memory.cache import Cache
from assetc.project.memory.load_memory import Memory
from assetc.project.memory.snapshot import ProjectStamps, changed_files, hash_of, keep, recall
from assetc.project.memory.snapshot_rows import Snapshot
from assetc.project.profiles.load_target import shared_relations
from assetc.project.profiles.secrets import named_only
from assetc.project.profiles.target import Connection
from assetc.runtime.opening import Opening, OpenRequest
from assetc.version import __version__

if TYPE_CHECKING:
    from assetc.compiler.template.surroundings import Surroundings
    from assetc.project.file_contents import FileContents
    from assetc.project.files import ProjectFiles
    from assetc.project.memory.facts_memory import CachedMemory


class Workspace(Struct, frozen=True, dict=True):
    """An open project, without a connection. `counts` tells what was read anew: nothing if all was recalled."""

    __repr__ = named_only

    opening: Opening
    compilation: Compilation
    counts: WorkDone
    diagnostics: tuple[Diagnostic, ...]
    connection: Connection
    secrets: tuple[str, ...]

    @property
    def project(self) -> Project:
        """The project, for its target."""
        return self.opening.project

    @property
    def adapter(self) -> Adapter:
        """The adapter of the target."""
        return self.opening.adapter

    @property
    def graph(self) -> Graph:
        """The graph of the project."""
        return self.compilation.graph

    @property
    def root(self) -> Path:
        """The project's folder."""
        return Path(self.project.root)

    @cached_property
    def surroundings(self) -> Surroundings:
        """What templates see."""
        from assetc.compiler.compiler_input import load_macros
        from assetc.runtime.surroundings import surroundings_of

        return surroundings_of(self.opening, load_macros(self.project, self.files))

    @cached_property
    def files(self) -> ProjectFiles:
        """The project's files."""
        from assetc.project.files import ProjectFiles

        return ProjectFiles.of(self.project, self.opening.cache)

    @cached_property
    def contents(self) -> FileContents:
        """What the files hold that assets read."""
        from assetc.project.file_contents import FileContents

        return FileContents(self.project.root, self.opening.cache)

    def file_version(self, key: AssetKey) -> str:
        """A hash of what a file that assets read holds now."""
        return self.contents.version(self.graph.sources[key].file)

    @cached_property
    def memory(self) -> CachedMemory:
        """The facts about the files, each read when it is asked for."""
        from assetc.project.memory.facts_memory import CachedMemory

        return CachedMemory(self.opening.cache, self.opening.scope)

    def close(self) -> None:
        """Write what is to be remembered."""
        self.opening.cache.close()


class NotOpened(Struct, frozen=True):
    """There is no project to work with, for these reasons."""

    __repr__ = named_only

    diagnostics: tuple[Diagnostic, ...]
    root: Path | None = None
    secrets: tuple[str, ...] = ()


def open_workspace(request: OpenRequest) -> Workspace | NotOpened:
    """Load and compile the project that the request's start lies in. Raises nothing for what a user wrote."""
    with collector_paused():
        return _opened(request)


def _opened(request: OpenRequest) -> Workspace | NotOpened:
    found = find_project(request.start, request.load.project_dir)
    cache = Cache.open(None if isinstance(found, Diagnostic) else found.root / ".assetc" / "cache.sqlite")
    loaded = load(request.start, replace(request.load, memory=Memory(cache)))
    cache.never_write(loaded.secrets)
    if loaded.project is None or loaded.connection is None or loaded.unread is None:
        cache.close()
        return NotOpened(loaded.diagnostics, loaded.root, loaded.secrets)
    project = _adjusted(loaded.project, request)
    scope = hash_of((project.target.profile, project.target.name))
    opening = Opening(request, project, loaded.unread, find_adapter(project.target.type), cache, scope)
    compilation, counts = _compiled(opening)
    diagnostics = (*loaded.diagnostics, *compilation.diagnostics, *_shared(opening, loaded, compilation))
    unique = tuple(dict.fromkeys(diagnostics))
    return Workspace(opening, compilation, counts, unique, loaded.connection, loaded.secrets)


def identity_of(workspace: Workspace) -> Identity:
    """Which warehouse the target of an open project really is."""
    return workspace.connection.output.identity


def _adjusted(project: Project, request: OpenRequest) -> Project:
    """The project in the dialect that its models are written in, and with imports only if they are wanted."""
    settings = project.settings
    if settings.dialect:
        project = replace(project, target=replace(project.target, dialect=settings.dialect))
    if not request.import_python:
        project = replace(project, own=replace(project.own, settings=replace(settings, import_python=False)))
    return project


def _compiled(opening: Opening) -> tuple[Compilation, WorkDone]:
    cache, stamps = opening.cache, _stamps_of(opening)
    recalled = recall(cache, opening.scope, stamps)
    if recalled is not None and not _is_current(recalled.snapshot, opening):
        recalled = None
    if recalled is not None and recalled.stamps == stamps.stamps:
        return recalled.snapshot.compilation, WorkDone()
    from assetc.runtime.compile_project import compile_opened

    changed = changed_files(cache, opening.scope, stamps)
    before = recalled.snapshot if recalled is not None and changed is not None else None
    cache.keep("snapshot", opening.scope, b"")  # facts that are saved before all are there belong to none
    snapshot, counts = compile_opened(opening, before, changed or ())
    keep(cache, opening.scope, stamps, snapshot, recalled)
    if before is None:
        cache.forget({file.path for file in opening.project.files})
    cache.save()
    return snapshot.compilation, counts


def _shared(opening: Opening, loaded: Loaded, compilation: Compilation) -> tuple[Diagnostic, ...]:
    if loaded.connection is None or not loaded.others:
        return ()
    identity = loaded.connection.output.identity
    return tuple(shared_relations(opening.project, compilation.graph, identity, loaded.others))


def _stamps_of(opening: Opening) -> ProjectStamps:
    """All that a compilation depends on but what templates read and what lies outside of the folders."""
    project = opening.project
    settings = (
        __version__,
        project.rules,
        [(package.name, package.folder, package.settings) for package in project.packages],
        project.target,
        project.folder_configs,
        project.dispatch,
        opening.request.full_refresh,
    )
    return ProjectStamps.of(settings, project.files)


def _is_current(recalled: Snapshot, opening: Opening) -> bool:
    """Whether what lies outside of the project's files is as it was, too."""
    return (
        _reads_are_current(recalled.compilation, opening)
        and _files_are_current(recalled.compilation, opening)
        and _properties_are_current(recalled, opening)
    )


def _reads_are_current(compilation: Compilation, opening: Opening) -> bool:
    if not compilation.reads:
        return True
    from assetc.compiler.template.reads import still_valid
    from assetc.compiler.template.surroundings import NO_MACROS
    from assetc.runtime.surroundings import surroundings_of

    return still_valid(compilation.reads, surroundings_of(opening, NO_MACROS))


def _files_are_current(compilation: Compilation, opening: Opening) -> bool:
    if not compilation.outside:
        return True
    from assetc.project.files import ProjectFiles

    files = ProjectFiles.of(opening.project, opening.cache)
    return all(files.content(path) == content for path, content in compilation.outside)


def _properties_are_current(recalled: Snapshot, opening: Opening) -> bool:
    if not recalled.templated:
        return True
    from assetc.runtime.compile_project import rendered_properties

    return rendered_properties(opening, recalled.templated) == recalled.rendered
