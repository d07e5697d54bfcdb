"""Which errors stand in the way of what is selected: one broken file does not stop what does not need it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from assetc.compiler.asset import Asset, Check, Graph
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.graph import walk
from assetc.compiler.place import Span
from assetc.compiler.project import FolderConfig, ProjectFile
from assetc.compiler.selection.members import CheckName, Member
from assetc.compiler.selection.request import Selected, SelectionRequest
from assetc.definitions.key import AssetKey
from assetc.project.documents.read_text import shown_text
from assetc.project.selectors_file import FILE as SELECTORS
from assetc.runtime.workspace import Workspace

OF_SEVERAL = frozenset({"E102", "E103", "E105"})
"""Faults that several assets have together: one key, one cycle, one relation."""

SECTIONS = {"model": "models", "python": "models", "seed": "seeds", "snapshot": "snapshots"}
"""Where a project file configures each kind of asset by folder."""


class Obstacle(Struct, frozen=True):
    """An error that concerns what is selected: these members of it, or the whole project where that is None."""

    problem: Diagnostic
    members: frozenset[Member] | None


def obstacles(
    errors: Iterable[Diagnostic], workspace: Workspace, selected: Selected, request: SelectionRequest
) -> tuple[Obstacle, ...]:
    """The errors that stand in the way. When everything is asked for, every error does."""
    reach = _Reach(workspace)
    wanted: frozenset[Member] = selected.assets | frozenset(map(CheckName, selected.checks))
    found: list[Obstacle] = []
    for error in errors:
        concerned = reach.of(error, uses_selectors=_uses_selectors(request))
        members = None if concerned is None else concerned & wanted
        if members is None or members or asks_for_everything(request):
            found.append(Obstacle(error, members))
    return tuple(found)


def asks_for_everything(request: SelectionRequest) -> bool:
    """Whether nothing was said of what to take."""
    return not (request.select or request.exclude or request.selector or request.resource_types)


def _uses_selectors(request: SelectionRequest) -> bool:
    """Whether what selectors.yml says can matter; without a selection it may define the default one."""
    words = (*request.select, *request.exclude)
    return not words or bool(request.selector) or any("selector:" in word for word in words)


class _Reach:
    """How far the faults of one project reach."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.graph: Graph = workspace.graph
        self.project = workspace.project

    @cached_property
    def files(self) -> dict[str, ProjectFile]:
        """The files of the project."""
        return {file.path: file for file in self.project.files}

    def of(self, problem: Diagnostic, *, uses_selectors: bool) -> frozenset[Member] | None:
        """The assets and checks that an error concerns; None if it concerns them all."""
        span = problem.span
        if span is None:
            return None
        if span.path == SELECTORS:
            return None if uses_selectors else frozenset()
        kind = self.files[span.path].kind if span.path in self.files else None
        if kind == "properties":
            return self.needing(self.described_at(span))
        if kind == "macro":  # who calls a macro stands beside it
            return self.needing(self.defined_in({note.span.path for note in problem.related}))
        if kind != "definitions" and (kind or self.is_below_a_folder(span.path)):
            others = {note.span.path for note in problem.related if problem.code in OF_SEVERAL}
            return self.needing(self.defined_in({span.path, *others}))
        folders = tuple(self.folders_configured_at(span))
        return self.needing(self.configured_by(folders)) if folders else None

    def needing(self, members: Iterable[Member]) -> frozenset[Member]:
        """The members, and those into which the ephemeral models among them are inlined."""
        found = frozenset(members)
        keys = {member for member in found if isinstance(member, AssetKey)}
        adjacency = {key: self.graph.downstream[key] for key, asset in self.graph.assets.items() if _is_inlined(asset)}
        return found | walk(adjacency, keys, None)

    def defined_in(self, paths: set[str]) -> Iterator[Member]:
        """What the files define."""
        yield from (key for key, asset in self.graph.assets.items() if asset.path in paths)
        yield from (CheckName(check.name) for check in self.graph.checks if _path_of(check) in paths)

    def described_at(self, span: Span) -> Iterator[Member]:
        """What the entry of a property file is about; where the fault is in no entry, all that the file can mean."""
        from assetc.project.properties.property_items import (  # only a fault needs YAML in a warm start
            item_at,
            words_of,
        )

        text = shown_text(self.project.root, span.path) or ""
        item = item_at(span.path, text, self.project.flavor, span)
        names = words_of(text) if item is None else frozenset((item.name,))

        def is_meant(place: Span | None) -> bool:
            return place is not None and place.path == span.path and (item is None or item.holds(place))

        for key, asset in self.graph.assets.items():
            is_described = asset.patch_path == span.path
            if (key.name in names and (is_described or item is None)) or (is_described and item is None):
                yield key
        yield from (CheckName(check.name) for check in self.graph.checks if is_meant(check.span))
        for source in self.graph.sources.values():
            if is_meant(source.span):
                yield from self.graph.downstream.get(source.key, ())

    def is_below_a_folder(self, path: str) -> bool:
        """Whether a file that could not be read would have been one of the models, seeds ..."""
        settings = self.project.settings
        folders = (*settings.model_paths, *settings.seed_paths, *settings.snapshot_paths, *settings.check_paths)
        return path.startswith(tuple(f"{folder.strip('/')}/" for folder in folders))

    def folders_configured_at(self, span: Span) -> Iterator[FolderConfig]:
        """The folder configurations that hold the key at a place of the project file."""
        for folder in self.project.folder_configs:
            if any(entry.span == span for entry in folder.entries):
                yield folder

    def configured_by(self, folders: tuple[FolderConfig, ...]) -> Iterator[Member]:
        """The assets below folders."""
        for key, asset in self.graph.assets.items():
            names = (asset.fqn, asset.fqn[1:])
            if any(
                folder.kind == SECTIONS[asset.kind] and folder.folder in (name[: len(folder.folder)] for name in names)
                for folder in folders
            ):
                yield key


def _path_of(check: Check) -> str:
    return check.path or check.span.path


def _is_inlined(asset: Asset) -> bool:
    return asset.config.materialized == "ephemeral"
