"""Which files a project has: one walk over its folders, without opening a file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from operator import attrgetter

from msgspec import Struct, field

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import file_span
from assetc.compiler.project import FileKind, ProjectFile, Settings

Stamp = tuple[int, int, int]

_DOCS: dict[str, FileKind] = {"md": "docs"}
_PROPERTIES: dict[str, FileKind] = {"yml": "properties", "yaml": "properties", **_DOCS}
_MODELS: dict[str, FileKind] = {"sql": "model", "py": "python", **_PROPERTIES}
_MACROS: dict[str, FileKind] = {"sql": "macro", **_PROPERTIES}
_SEEDS: dict[str, FileKind] = {"csv": "seed", **_PROPERTIES}
_SNAPSHOTS: dict[str, FileKind] = {"sql": "snapshot", **_PROPERTIES}
_CHECKS: dict[str, FileKind] = {"sql": "check", **_PROPERTIES}
_SKIPPED_AT_THE_ROOT = frozenset({"dbt_packages", "dbt_modules", "logs", "node_modules", "venv", "site-packages"})


class Discovery(Struct, frozen=True):
    """The files of a project by path, and the folders and names that cannot be read."""

    files: tuple[ProjectFile, ...]
    problems: tuple[Diagnostic, ...]


def discover(root: str, settings: Settings) -> Discovery:
    """All files that the settings make part of the project, sorted by path."""
    found: dict[str, ProjectFile] = {}
    problems: list[Diagnostic] = []
    for folder, kinds in _folders(settings):
        walk = _Walk(root, kinds, _SKIPPED_AT_THE_ROOT | {settings.target_path, settings.packages_path}, problems)
        for file in walk.files(folder):
            found.setdefault(file.path, file)
    if (stamp := stamp_of(f"{root}/defs.py")) is not None:
        found.setdefault("defs.py", ProjectFile("defs.py", "definitions", stamp))
    _generic_checks_are_macros(found, settings)
    return Discovery(tuple(sorted(found.values(), key=attrgetter("path"))), tuple(problems))


def stamp_of(place: str) -> Stamp | None:
    """What tells cheaply whether a file changed; None when there is no such file."""
    try:
        status = os.stat(place)  # noqa: PTH116  a path object would cost more than the call
    except (OSError, ValueError):
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _folders(settings: Settings) -> Iterator[tuple[str, Mapping[str, FileKind]]]:
    """The folders to walk, narrower meanings first: the first walk that finds a file says what it is."""
    for paths, kinds in (
        (settings.macro_paths, _MACROS),
        (settings.seed_paths, _SEEDS),
        (settings.snapshot_paths, _SNAPSHOTS),
        (settings.check_paths, _CHECKS),
        (settings.model_paths, _MODELS),
        (settings.docs_paths, _DOCS),
    ):
        for path in paths:
            yield path.strip("/").removeprefix("./") if path != "." else "", kinds


def _generic_checks_are_macros(found: dict[str, ProjectFile], settings: Settings) -> None:
    """A file below `checks/generic` defines a kind of check, as in dbt; it is no check itself."""
    folders = tuple(f"{path}/generic/" for path in settings.check_paths)
    for path, file in found.items():
        if file.kind == "check" and path.startswith(folders):
            found[path] = ProjectFile(path, "macro", file.stamp)


class _Walk(Struct):
    """One walk below a folder of the project: hidden files are passed over, links are followed once."""

    root: str
    kinds: Mapping[str, FileKind]
    outputs: frozenset[str]
    problems: list[Diagnostic]
    seen: set[tuple[int, int]] = field(default_factory=set)
    links: list[str] = field(default_factory=list)

    def files(self, folder: str) -> list[ProjectFile]:
        """The files below a folder. Links come last, so that a real folder wins over a link to it."""
        found: list[ProjectFile] = []
        pending = [folder]
        while pending or self.links:
            if not pending:
                self.links.sort(reverse=True)
                pending.append(self.links.pop())
            current = pending.pop()
            prefix = f"{current}/" if current else ""
            for entry in self.entries(current):
                self.visit(entry, prefix + entry.name, found, pending)
        return found

    def visit(self, entry: os.DirEntry[str], path: str, found: list[ProjectFile], pending: list[str]) -> None:
        """Add an entry of a folder to the files, to the folders still to be walked, or to the links."""
        name = entry.name
        if name[0] == "." or name == "__pycache__":
            return
        if entry.is_dir(follow_symlinks=False):
            # Only at the root is the path the name: there lie what was built, packages and environments.
            if path != name or name not in self.outputs:
                pending.append(path)
        elif entry.is_symlink() and entry.is_dir():
            self.links.append(path)
        else:
            kind = self.kinds.get(name.rpartition(".")[2].lower())
            stamp = None if kind is None else self.stamp(entry, path)
            if kind is not None and stamp is not None:
                found.append(ProjectFile(path, kind, stamp))

    def entries(self, folder: str) -> list[os.DirEntry[str]]:
        place = f"{self.root}/{folder}"
        try:
            status = os.stat(place)  # noqa: PTH116  a path object would cost more than the call
            identity = (status.st_dev, status.st_ino)
            if identity in self.seen:
                return []
            self.seen.add(identity)
            with os.scandir(place) as entries:
                return list(entries)
        except FileNotFoundError:
            return []
        except OSError as error:
            message = f"the folder {folder} cannot be read: {error.strerror or 'unknown reason'}"
            self.problems.append(diagnostic("E125", message, file_span(folder)))
            return []

    def stamp(self, entry: os.DirEntry[str], path: str) -> Stamp | None:
        """The stamp of a file; None, with the reason among the problems, if it cannot be had."""
        try:
            path.encode()
            status = entry.stat()
        except UnicodeEncodeError:
            shown = path.encode("utf-8", "backslashreplace").decode()
            message = f"the name of {shown} is not UTF-8"
            self.problems.append(diagnostic("E125", message, file_span(shown), hint="Rename the file"))
        except OSError as error:
            is_broken = entry.is_symlink() and isinstance(error, FileNotFoundError)
            reason = "it is a link to nothing" if is_broken else error.strerror or "unknown reason"
            hint = "Remove the link, or bring back what it leads to" if is_broken else ""
            self.problems.append(diagnostic("E125", f"{path} cannot be read: {reason}", file_span(path), hint=hint))
        else:
            return (status.st_mtime_ns, status.st_size, status.st_ino)
        return None
