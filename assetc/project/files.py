"""The files of one project as the compiler may see them: below the root, hashed once, remembered by stamp."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct, field

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.project import Project
from assetc.compiler.python.imported import ImportedFile
from assetc.project.discover import Stamp, stamp_of
from assetc.project.documents.read_text import decoded, read_place, read_text
from assetc.project.memory.cache import Cache
from assetc.project.python.import_python import import_assets

IMPORT_TIMEOUT = 30.0
"""Seconds that importing the Python files of a project may take."""

LONGEST_HEADER = 100_000
"""Characters; what is longer is no line with names."""


class ProjectFiles(Struct):
    """Files by path, each read from disk once. `problems` are those that could not be read; their text is empty."""

    root: str
    cache: Cache
    stamps: dict[str, Stamp]
    problems: dict[str, Diagnostic] = field(default_factory=dict)
    _remembered: dict[str, tuple[int, int, int, str]] = field(default_factory=dict)
    _contents: dict[str, str] = field(default_factory=dict)
    _undecoded: dict[str, bytes] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _plain_folders: dict[str, bool] = field(default_factory=dict)

    @staticmethod
    def of(project: Project, cache: Cache) -> ProjectFiles:
        """The files of a project, whose stamps discovery has taken."""
        stamps = {file.path: file.stamp for file in project.files}
        files = ProjectFiles(project.root, cache, stamps)
        files._remembered = cache.contents()
        return files

    def content(self, path: str) -> str:
        """The hash of a file's bytes; "" when there is no such file."""
        known = self._contents.get(path)
        if known is None:
            known = self._contents[path] = self._content(path)
        return known

    def text(self, path: str) -> str:
        """The text of a file, "" if it cannot be read."""
        known = self._texts.get(path)
        if known is None:
            known = self._texts[path] = self._text(path)
        return known

    def header(self, path: str) -> str:
        """The first line of a CSV file; more than one where a name in quotes goes on."""
        try:
            with Path(self.root, path).open(encoding="utf-8-sig", newline="") as lines:
                return _first_record(lines)
        except (OSError, UnicodeDecodeError):
            return ""

    def import_python(self, paths: Sequence[str]) -> tuple[ImportedFile, ...]:
        """What importing each of these files in a child process tells."""
        return import_assets(Path(self.root), paths, timeout=IMPORT_TIMEOUT)

    def _text(self, path: str) -> str:
        place, content = f"{self.root}/{path}", self._undecoded.pop(path, None)
        if not self._is_inside(path, place):
            text = read_text(self.root, path)
        else:
            text = read_place(place, path) if content is None else decoded(path, content)
        if isinstance(text, Diagnostic):
            self.problems[path] = text
            return ""
        return text

    def _is_inside(self, path: str, place: str) -> bool:
        """Whether a path leads through no link, so that it needs no further look."""
        folder = path.rpartition("/")[0]
        if folder not in self._plain_folders:
            here = os.path.join(self.root, folder).rstrip("/")  # noqa: PTH118  a path object would resolve the dots
            self._plain_folders[folder] = os.path.realpath(here) == here
        return self._plain_folders[folder] and not os.path.islink(place)  # noqa: PTH114  as above, and faster

    def _content(self, path: str) -> str:
        stamp = self.stamps.get(path) or stamp_of(os.path.join(self.root, path))  # noqa: PTH118
        if stamp is None:
            return ""
        remembered = self._remembered.get(path)
        if remembered is not None and remembered[:3] == stamp:
            return remembered[3]
        try:
            with open(f"{self.root}/{path}", "rb") as file:  # noqa: PTH123  a path object would cost more than the call
                content = self._undecoded[path] = file.read()
        except (OSError, ValueError):
            return ""
        found = blake2b(content, digest_size=16).hexdigest()
        self.cache.keep_content(path, stamp, found)
        return found


def _first_record(lines: Iterable[str]) -> str:
    """The lines until every quote is closed; "" where that is too far away for a header."""
    header, is_open = "", False
    for line in lines:
        header += line
        is_open ^= line.count('"') % 2 == 1
        if not is_open or len(header) > LONGEST_HEADER:
            break
    return header if len(header) <= LONGEST_HEADER else ""
