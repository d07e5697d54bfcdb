"""Which assets and checks of a project each of its faults affects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from assetc.cli.wanted import ALL, Unnamed, Wanted
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.graph import walk
from assetc.compiler.place import Span
from assetc.compiler.project import FolderConfig
from assetc.compiler.selection.members import Member
from assetc.definitions.key import AssetKey
from assetc.project.documents.read_text import shown_text
from assetc.project.project_parts import FILE as SELECTORS
from assetc.runtime.workspace import Workspace

if TYPE_CHECKING:
    from assetc.project.properties.properties import PropertyItem

OF_SEVERAL = frozenset({"E102", "E103", "E105"})
"""Faults that several assets have together: one key, one cycle, one relation."""


UNNAMED: dict[str, frozenset[Unnamed]] = {
    "seed": frozenset({"seeds"}),
    "check": frozenset({"checks"}),
    "model": frozenset({"assets"}),
    "python": frozenset({"assets"}),
    "snapshot": frozenset({"assets"}),
    "macro": frozenset({"macros"}),
}
"""What a file of a kind may define; any other file whatever there is."""


class Concerned(Struct, frozen=True):
    """What a fault concerns: these assets and checks (None: all), and what nobody can name as long as it is there.

    `only_checks`: of the assets it concerns the checks alone.
    """

    members: frozenset[Member] | None
    unnamed: frozenset[Unnamed] = ALL
    only_checks: bool = False

    def among(self, wanted: Wanted) -> frozenset[Member] | None:
        """Those that a command works on; None if it concerns them all."""
        if self.members is None:
            return None
        return self.members & (wanted.checks | (wanted.checked if self.only_checks else wanted.assets))


class Affected:
    """The faults of one project; `uses_selectors` where what `selectors.yml` says can matter."""

    def __init__(self, workspace: Workspace, *, uses_selectors: bool) -> None:
        self._graph = workspace.graph
        self._project = workspace.project
        self._kinds = {file.path: file.kind for file in workspace.project.files}
        self._uses_selectors = uses_selectors
        faults = workspace.compilation.faults.items()
        self._of_checks = {fault for (name, _), found in faults if name == "checks" for fault in found}

    def of(self, problem: Diagnostic) -> Concerned:
        """The assets and checks that a fault concerns."""
        span = problem.span
        if span is None:
            return Concerned(None)
        if span.path == SELECTORS:
            return Concerned(None if self._uses_selectors else frozenset(), frozenset())
        if problem in self._of_checks:
            return Concerned(self._checked_at(span), frozenset({"checks"}), only_checks=True)
        if span.path in self._kinds:
            return Concerned(self._of_file(problem, span), UNNAMED.get(self._kinds[span.path], ALL))
        if self._is_below_a_folder(span.path):
            return Concerned(self._of_definitions(problem, span))
        return Concerned(self._of_folders(span))

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
        folders = [folder for folder in self._project.folder_configs if _lies_in(span, folder)]
        assets = self._graph.assets.items()
        below = (key for key, asset in assets if any(folder.is_over(asset.kind, asset.fqn) for folder in folders))
        return self._and_readers(below) if folders else None

    def _and_readers(self, members: Iterable[Member]) -> frozenset[Member]:
        """The members, and those into which the ephemeral models among them are inlined."""
        found = frozenset(members)
        keys = {member for member in found if isinstance(member, AssetKey)}
        readers = walk(self._inlined, keys, None)
        inlined = self._inlined.keys() & (keys | readers)
        checks = (check.id for check in self._graph.checks.values() if not inlined.isdisjoint(check.assets))
        return found | readers | (frozenset(checks) if inlined else frozenset())

    @cached_property
    def _inlined(self) -> dict[AssetKey, tuple[AssetKey, ...]]:
        """The readers of each ephemeral model."""
        assets = self._graph.assets.items()
        return {key: self._graph.downstream[key] for key, asset in assets if asset.config.materialization.is_inlined}

    @cached_property
    def _by_path(self) -> dict[str, list[Member]]:
        """What each file defines."""
        found: dict[str, list[Member]] = {}
        for key, asset in self._graph.assets.items():
            found.setdefault(asset.path, []).append(key)
        for check in self._graph.checks.values():
            found.setdefault(check.path or check.span.path, []).append(check.id)
        return found

    def _defined_in(self, paths: set[str]) -> Iterator[Member]:
        for path in paths:
            yield from self._by_path.get(path, ())

    def _checked_at(self, span: Span) -> frozenset[Member]:
        """The checks of a file, or the assets and sources whose checks a property file has at a place."""
        if self._kinds.get(span.path) != "properties":
            return frozenset(self._defined_in({span.path}))
        item = self._item_at(span)
        declared = self._graph.sources.values()
        sources = (source.key for source in declared if _is_within(source.span, span.path, item))
        return frozenset((*self._described_at(span), *sources))

    def _described_at(self, span: Span) -> Iterator[Member]:
        """What the entry of a property file is about; where the fault is in no entry, all that the file can mean."""
        item = self._item_at(span)
        names = self._words_of(span.path) if item is None else frozenset({item.name})
        for key, asset in self._graph.assets.items():
            is_described, is_named = asset.patch_path == span.path, key.name in names
            if (is_described or is_named) if item is None else (is_described and is_named):
                yield key
        yield from (check.id for check in self._graph.checks.values() if _is_within(check.span, span.path, item))
        for source in self._graph.sources.values():
            if _is_within(source.span, span.path, item):
                yield from self._graph.downstream.get(source.key, ())

    def _item_at(self, span: Span) -> PropertyItem | None:
        from assetc.project.properties.properties import item_at  # only a fault in such a file needs YAML

        return item_at(span.path, self._text_of(span.path), self._project.rules, span)

    def _words_of(self, path: str) -> frozenset[str]:
        from assetc.project.properties.properties import words_of

        return words_of(self._text_of(path))

    def _text_of(self, path: str) -> str:
        return shown_text(self._project.root, path) or ""

    def _is_below_a_folder(self, path: str) -> bool:
        """Whether a file that could not be read would have been one of the models, seeds ..."""
        settings = self._project.settings
        folders = (*settings.model_paths, *settings.seed_paths, *settings.snapshot_paths, *settings.check_paths)
        return path.startswith(tuple(f"{folder.strip('/')}/" for folder in folders))


def _is_within(place: Span | None, path: str, item: PropertyItem | None) -> bool:
    """Whether a place lies in the entry of a property file, or anywhere in the file."""
    return place is not None and place.path == path and (item is None or item.holds(place))


def _lies_in(span: Span, folder: FolderConfig) -> bool:
    places = (entry.span for entry in folder.entries)
    return any(at.path == span.path and at.start <= span.start and span.end <= at.end for at in places)
