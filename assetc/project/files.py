"""The files of one project as the compiler may see them: below the root, hashed once, remembered by stamp."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.facts import CompiledText, Facts, MacroFacts, PythonFacts, SeedFacts, SqlFacts
from assetc.compiler.project import Project
from assetc.compiler.python.imported import ImportedFile
from assetc.project.cache import Cache, decode, encode
from assetc.project.discover import Stamp, stamp_of
from assetc.project.import_python import import_assets
from assetc.project.read_text import read_place, read_text

IMPORT_TIMEOUT = 30.0
"""Seconds that importing the Python files of a project may take."""


KINDS: Mapping[type, str] = {PythonFacts: "python", SeedFacts: "seed", MacroFacts: "macros"}
"""The kinds of rows in the cache that are true for every target."""


@dataclass(slots=True)
class ProjectFiles:
    """Files by path. `problems` are those that could not be read; their text is empty."""

    root: str
    cache: Cache
    stamps: dict[str, Stamp]
    problems: dict[str, Diagnostic] = field(default_factory=dict)
    _remembered: dict[str, tuple[int, int, int, str]] = field(default_factory=dict)
    _contents: dict[str, str] = field(default_factory=dict)
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
        place = f"{self.root}/{path}"
        text = read_place(place, path) if self._is_inside(path, place) else read_text(self.root, path)
        if isinstance(text, Diagnostic):
            self.problems[path] = text
            return ""
        return text

    def header(self, path: str, delimiter: str) -> tuple[str, ...]:
        """The names in the first line of a CSV file."""
        try:
            with Path(self.root, path).open(encoding="utf-8-sig", newline="") as lines:
                return tuple(next(csv.reader(lines, delimiter=delimiter), ()))
        except (OSError, UnicodeDecodeError, csv.Error):
            return ()

    def import_python(self, paths: Sequence[str]) -> tuple[ImportedFile, ...]:
        """What importing each of these files in a child process tells."""
        return import_assets(Path(self.root), paths, timeout=IMPORT_TIMEOUT)

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
                content = blake2b(file.read(), digest_size=16).hexdigest()
        except (OSError, ValueError):
            return ""
        self.cache.keep_content(path, stamp, content)
        return content


@dataclass(frozen=True, slots=True)
class CachedMemory:
    """The compiler's memory, kept in the cache. `scope` separates what is true for one target only."""

    cache: Cache
    scope: str
    sql_rows: dict[str, SqlFacts | bytes]

    @staticmethod
    def of(cache: Cache, scope: str) -> CachedMemory:
        """The memory for one scope."""
        rows: dict[str, SqlFacts | bytes] = dict(cache.all(f"sql {scope}"))
        return CachedMemory(cache, scope, rows)

    def sql(self, path: str) -> SqlFacts | None:
        """The facts about a SQL file, decoded when first asked for."""
        row = self.sql_rows.get(path)
        if isinstance(row, bytes):
            facts = decode(SqlFacts, row)
            if facts is None:
                del self.sql_rows[path]
            else:
                self.sql_rows[path] = facts
            return facts
        return row

    def python(self, path: str) -> PythonFacts | None:
        """The facts about a Python file."""
        row = self.cache.get("python", path)
        return None if row is None else decode(PythonFacts, row)

    def seed(self, path: str) -> SeedFacts | None:
        """The facts about a CSV file."""
        row = self.cache.get("seed", path)
        return None if row is None else decode(SeedFacts, row)

    def compiled(self, path: str) -> CompiledText | None:
        """The rendered SQL of a file."""
        row = self.cache.get(f"text {self.scope}", path)
        return None if row is None else decode(CompiledText, row)

    def macros(self, path: str) -> MacroFacts | None:
        """The facts about a file of macros."""
        row = self.cache.get("macros", path)
        return None if row is None else decode(MacroFacts, row)

    def keep(self, facts: Facts) -> None:
        """Remember facts."""
        kind = f"sql {self.scope}" if isinstance(facts, SqlFacts) else KINDS[type(facts)]
        self.cache.keep(kind, facts.path, encode(facts))

    def keep_text(self, text: CompiledText) -> None:
        """Remember the rendered SQL of a file."""
        self.cache.keep(f"text {self.scope}", text.path, encode(text))
