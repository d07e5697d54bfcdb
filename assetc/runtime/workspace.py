"""A project, opened: loaded, compiled (or recalled, when nothing has changed), ready to be planned and executed."""

from __future__ import annotations

import marshal
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path

from assetc.adapters.protocol import Adapter, Identity
from assetc.adapters.registry import find_adapter
from assetc.compiler.asset import Graph
from assetc.compiler.collector import collector_paused
from assetc.compiler.compilation import Compilation, Counts
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.given import Given
from assetc.compiler.load_macros import load_macros
from assetc.compiler.locate import fold_name
from assetc.compiler.names import Names, index_names
from assetc.compiler.place_assets import placed_assets, placed_sources
from assetc.compiler.project import Project
from assetc.compiler.template.reads import still_valid
from assetc.compiler.template.surroundings import Flags, Surroundings, WarehouseKind
from assetc.project.cache import Cache, CacheMemory
from assetc.project.files import CachedMemory, ProjectFiles
from assetc.project.find_project import find_project
from assetc.project.load import Loaded, LoadRequest, load
from assetc.project.other_targets import shared_relations
from assetc.project.snapshot import hash_of, keep, recall
from assetc.project.target import Connection
from assetc.version import __version__


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What a command asks for. `now` fixes the clock; ASSETC_NOW (ISO, UTC) does the same."""

    start: Path
    load: LoadRequest
    full_refresh: bool = False
    now: datetime | None = None
    invocation_id: str = ""
    import_python: bool = True


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open project. It holds no connection; the cache is its only open file.

    `counts` tells how much had to be read anew; all zero when the whole compilation was recalled.
    """

    project: Project
    compilation: Compilation
    counts: Counts
    diagnostics: tuple[Diagnostic, ...]
    adapter: Adapter
    connection: Connection
    secrets: tuple[str, ...] = field(repr=False)
    surroundings: Surroundings
    files: ProjectFiles
    memory: CachedMemory

    @property
    def graph(self) -> Graph:
        """The graph of the project."""
        return self.compilation.graph

    @property
    def root(self) -> Path:
        """The project's folder."""
        return Path(self.project.root)

    def close(self) -> None:
        """Write what is to be remembered."""
        self.memory.cache.close()


@dataclass(frozen=True, slots=True)
class NotOpened:
    """There is no project to work with, for these reasons."""

    diagnostics: tuple[Diagnostic, ...]
    root: Path | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)


def open_workspace(request: OpenRequest) -> Workspace | NotOpened:
    """Load and compile the project that the request's start lies in. Raises nothing for what a user wrote."""
    with collector_paused():
        return _opened(request)


def _opened(request: OpenRequest) -> Workspace | NotOpened:
    found = find_project(request.start, request.load.project_dir)
    cache = Cache.open(None if isinstance(found, Diagnostic) else found.root / ".assetc" / "cache.sqlite")
    memory = CacheMemory(cache)
    loaded = load(request.start, _with_memory(request.load, memory))
    if loaded.project is None or loaded.connection is None:
        cache.close()
        return NotOpened(loaded.diagnostics, loaded.root, loaded.secrets)
    return _compiled(request, loaded, _adjusted(loaded.project, request), loaded.connection, cache)


def names_of(workspace: Workspace) -> Names:
    """The names of the project, as the compiler resolved them."""
    project, graph = workspace.project, workspace.graph
    target = project.target
    return index_names(
        placed_assets(target, graph.assets.values()),
        placed_sources(target, (source for source in graph.sources.values() if not source.implicit)),
        workspace.compilation.written,
        fold=partial(fold_name, target),
        default_schema=fold_name(target, target.schema),
        default_database=fold_name(target, target.database) if target.database else None,
    )


def identity_of(workspace: Workspace) -> Identity:
    """Which warehouse the target of an open project really is."""
    return workspace.adapter.identity(workspace.connection.fields, workspace.project.root)


def moment(environment: Mapping[str, str]) -> datetime:
    """The present time, or the one that ASSETC_NOW fixes."""
    fixed = environment.get("ASSETC_NOW")
    if not fixed:
        return datetime.now(UTC)
    parsed = datetime.fromisoformat(fixed)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _compiled(
    request: OpenRequest, loaded: Loaded, project: Project, connection: Connection, cache: Cache
) -> Workspace:
    adapter = find_adapter(project.target.type)
    scope = hash_of((project.target.profile, project.target.name))
    files, memory = ProjectFiles.of(project, cache), CachedMemory.of(cache, scope)
    surroundings = _surroundings(request, project, adapter, cache, files)
    inputs = _inputs(project, request)
    recalled = recall(cache, scope, inputs)
    if recalled is not None and _is_current(recalled, surroundings, files):
        compilation, counts = recalled, Counts()
    else:
        compilation, counts = _compile(Given(project, surroundings, files, memory))
        if files.problems:
            compilation = _without_unreadable(compilation, files)
        keep(cache, scope, inputs, compilation)
        cache.forget({file.path: file for file in project.files})
        cache.save()
    identity = adapter.identity(connection.fields, project.root)
    shared = shared_relations(project, compilation.graph, identity, loaded.others)
    diagnostics = tuple(dict.fromkeys((*loaded.diagnostics, *compilation.diagnostics, *shared)))
    return Workspace(
        project,
        compilation,
        counts,
        diagnostics,
        adapter,
        connection,
        loaded.secrets,
        surroundings,
        files,
        memory,
    )


def _adjusted(project: Project, request: OpenRequest) -> Project:
    """The project in the dialect that its models are written in, and with imports only if they are wanted."""
    settings = project.settings
    if settings.dialect:
        project = replace(project, target=replace(project.target, dialect=settings.dialect))
    if not request.import_python:
        project = replace(project, settings=replace(settings, import_python=False))
    return project


def _compile(given: Given) -> tuple[Compilation, Counts]:
    from assetc.compiler.pipeline import compile_project

    return compile_project(given)


def _surroundings(
    request: OpenRequest, project: Project, adapter: Adapter, cache: Cache, files: ProjectFiles
) -> Surroundings:
    environment = request.load.environment
    return Surroundings(
        project_name=project.name,
        now=request.now or moment(environment),
        invocation_id=request.invocation_id,
        variables=project.variables,
        given_variables=request.load.variables,
        environment=environment,
        target=project.target.fields,
        flags=Flags(full_refresh=request.full_refresh, others=project.flags),
        library=load_macros(project, files),
        warehouse=WarehouseKind(adapter.name, (adapter.name,), adapter.quote),
        dispatch=dict(project.dispatch),
        unknown_names="warning" if project.flavor == "dbt" else "error",
        trace_key=cache.secret(),
    )


def _inputs(project: Project, request: OpenRequest) -> str:
    """A hash of everything a compilation depends on but what templates read and what lies outside the folders."""
    stamps = marshal.dumps([(file.path, file.kind, *file.stamp) for file in project.files])
    written = (
        __version__,
        project.name,
        project.flavor,
        project.settings,
        project.target,
        project.folder_configs,
        project.properties if len(project.properties.patches) < 50 else None,
        request.full_refresh,
    )
    return hash_of((blake2b(stamps, digest_size=16).hexdigest(), written))


def _is_current(compilation: Compilation, surroundings: Surroundings, files: ProjectFiles) -> bool:
    return still_valid(compilation.reads, surroundings) and all(
        files.content(path) == content for path, content in compilation.outside
    )


def _without_unreadable(compilation: Compilation, files: ProjectFiles) -> Compilation:
    """For a file that cannot be read that is the one thing to say about it."""
    others: Iterable[Diagnostic] = (
        problem
        for problem in compilation.diagnostics
        if problem.span is None or problem.span.path not in files.problems
    )
    return Compilation(
        compilation.graph,
        (*files.problems.values(), *others),
        compilation.columns,
        compilation.written,
        compilation.reads,
        compilation.outside,
    )


def _with_memory(request: LoadRequest, memory: CacheMemory) -> LoadRequest:
    return replace(request, memory=memory)


def environment() -> Mapping[str, str]:
    """The environment of this process, as a value."""
    return dict(os.environ)
