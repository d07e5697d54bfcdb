"""Which assets and checks of a project each of its faults affects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.graph import walk
from assetc.compiler.place import Span
from assetc.compiler.selection.members import Member
from assetc.definitions.key import AssetKey
from assetc.project.documents.read_text import shown_text
from assetc.project.project_parts import FILE as SELECTORS
from assetc.project.properties.properties import PropertyItem, item_at, words_of
from assetc.runtime.workspace import Workspace

OF_SEVERAL = frozenset({"E102", "E103", "E105"})
"""Faults that several assets have together: one key, one cycle, one relation."""


class Affected:
    """The faults of one project; `uses_selectors` where what `selectors.yml` says can matter."""

    def __init__(self, workspace: Workspace, *, uses_selectors: bool) -> None:
        self._graph = workspace.graph
        self._project = workspace.project
        self._kinds = {file.path: file.kind for file in workspace.project.files}
        self._uses_selectors = uses_selectors

    def of(self, problem: Diagnostic) -> frozenset[Member] | None:
        """The assets and checks that an error concerns; None if it concerns them all."""
        span = problem.span
        if span is None:
            return None
        if span.path == SELECTORS:
            return None if self._uses_selectors else frozenset()
        if span.path in self._kinds:
            return self._of_file(problem, span)
        if self._is_below_a_folder(span.path):
            return self._of_definitions(problem, span)
        return self._of_folders(span)

    def _of_file(self, problem: Diagnostic, span: Span) -> frozenset[Member] | None:
        match self._kinds[span.path]:
            case "properties":
                return self._and_readers(self._described_at(span))
            case "macro":  # its callers are among the related places
                return self._and_readers(self._defined_in({note.span.path for note in problem.related}))
            case "definitions":
                return self._of_folders(span)
            case _:
                return self._of_definitions(problem, span)

    def _of_definitions(self, problem: Diagnostic, span: Span) -> frozenset[Member]:
        """What a file defines that is wrong, or that could not be read."""
        others = {note.span.path for note in problem.related if problem.code in OF_SEVERAL}
        return self._and_readers(self._defined_in({span.path, *others}))

    def _of_folders(self, span: Span) -> frozenset[Member] | None:
        """The assets below the folders whose configuration holds the key at a place; None where it is no such key."""
        folders = [
            folder for folder in self._project.folder_configs if any(entry.span == span for entry in folder.entries)
        ]
        assets = self._graph.assets.items()
        below = (key for key, asset in assets if any(folder.is_over(asset.kind, asset.fqn) for folder in folders))
        return self._and_readers(below) if folders else None

    def _and_readers(self, members: Iterable[Member]) -> frozenset[Member]:
        """The members, and those into which the ephemeral models among them are inlined."""
        found = frozenset(members)
        keys = {member for member in found if isinstance(member, AssetKey)}
        inlined = {
            key: self._graph.downstream[key]
            for key, asset in self._graph.assets.items()
            if asset.config.materialization.is_inlined
        }
        return found | walk(inlined, keys, None)

    def _defined_in(self, paths: set[str]) -> Iterator[Member]:
        yield from (key for key, asset in self._graph.assets.items() if asset.path in paths)
        yield from (check.id for check in self._graph.checks.values() if (check.path or check.span.path) in paths)

    def _described_at(self, span: Span) -> Iterator[Member]:
        """What the entry of a property file is about; where the fault is in no entry, all that the file can mean."""
        text = shown_text(self._project.root, span.path) or ""
        item = item_at(span.path, text, self._project.rules, span)
        names = words_of(text) if item is None else frozenset({item.name})
        for key, asset in self._graph.assets.items():
            is_described, is_named = asset.patch_path == span.path, key.name in names
            if (is_described or is_named) if item is None else (is_described and is_named):
                yield key
        yield from (check.id for check in self._graph.checks.values() if _is_within(check.span, span.path, item))
        for source in self._graph.sources.values():
            if _is_within(source.span, span.path, item):
                yield from self._graph.downstream.get(source.key, ())

    def _is_below_a_folder(self, path: str) -> bool:
        """Whether a file that could not be read would have been one of the models, seeds ..."""
        settings = self._project.settings
        folders = (*settings.model_paths, *settings.seed_paths, *settings.snapshot_paths, *settings.check_paths)
        return path.startswith(tuple(f"{folder.strip('/')}/" for folder in folders))


def _is_within(place: Span | None, path: str, item: PropertyItem | None) -> bool:
    """Whether a place lies in the entry of a property file, or anywhere in the file."""
    return place is not None and place.path == path and (item is None or item.holds(place))
