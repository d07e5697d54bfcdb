"""Reading property files, and what is applied to them on every load: templates in values, and checks by folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, partial

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import DeclaredColumn
from assetc.compiler.configuration.keys import OF_STEP
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.place import Span
from assetc.compiler.project import (
    CheckSpec,
    DeclaredSource,
    Entry,
    FolderConfig,
    Patch,
    ProjectFile,
    Properties,
    Settings,
)
from assetc.compiler.rules import Rules
from assetc.project.documents.read_text import read_text
from assetc.project.documents.readers import read_properties
from assetc.project.documents.readings import PropertyFileReading
from assetc.project.memory.load_memory import Memory
from assetc.project.properties.check_config import check_config
from assetc.project.properties.docs import read_docs
from assetc.project.templates import TemplateNames, render_entries, render_value

Readings = list[tuple[str, PropertyFileReading]]


class UnreadProperties(Struct, frozen=True):
    """The property files of a project, and what is needed to understand them."""

    root: str
    rules: Rules
    files: tuple[ProjectFile, ...]
    folders: tuple[FolderConfig, ...]
    settings: Settings
    names: TemplateNames
    docs: tuple[ProjectFile, ...] = ()
    """The files in which `{% docs %}` blocks may stand."""


class LoadedProperties(Struct, frozen=True):
    """What the property files say, their faults, and which files depend on more than their text: on variables ..."""

    properties: Properties
    problems: tuple[Diagnostic, ...]
    templated: tuple[str, ...]


def load_properties(unread: UnreadProperties, memory: Memory) -> LoadedProperties:
    """What the property files of a project say, from the memory where a file is unchanged. Never raises."""
    readings, problems = read_property_files(unread, memory)
    names = replace(unread.names, docs=cache(partial(read_docs, unread.root, unread.docs)))
    properties, faults = finish_properties(readings, unread.folders, unread.settings, names)
    templated = tuple(path for path, reading in readings if reading.has_templates)
    return LoadedProperties(properties, (*problems, *faults), templated)


def read_property_files(unread: UnreadProperties, memory: Memory) -> tuple[Readings, tuple[Diagnostic, ...]]:
    """What each property file says by itself."""
    readings: Readings = []
    problems: list[Diagnostic] = []
    for file in unread.files:
        reading = memory.recall(PropertyFileReading, file.path, file.stamp) or _fresh(unread, file, memory)
        if isinstance(reading, Diagnostic):
            problems.append(reading)
        else:
            problems += reading.problems
            readings.append((file.path, reading))
    return readings, tuple(problems)


def only(unread: UnreadProperties, paths: Collection[str]) -> UnreadProperties:
    """These property files alone."""
    return replace(unread, files=tuple(file for file in unread.files if file.path in paths))


def _fresh(unread: UnreadProperties, file: ProjectFile, memory: Memory) -> PropertyFileReading | Diagnostic:
    text = read_text(unread.root, file.path)
    if isinstance(text, Diagnostic):
        return text
    reading = read_properties(file.path, text, unread.rules)
    memory.remember(file.path, file.stamp, reading)
    return reading


def finish_properties(
    readings: Sequence[tuple[str, PropertyFileReading]],
    folders: Sequence[FolderConfig],
    settings: Settings,
    names: TemplateNames,
) -> tuple[Properties, tuple[Diagnostic, ...]]:
    """All property files taken together, by path."""
    finish = _Finish(names)
    of_checks = (folder for folder in folders if folder.kind == "checks")
    check_folders = tuple(sorted(of_checks, key=lambda config: len(config.folder)))
    patches: list[Patch] = []
    sources: list[DeclaredSource] = []
    mentions = tuple(mention for _, reading in readings for mention in reading.mentions)
    for path, reading in readings:
        above = tuple(_entries_over(check_folders, _folder_of(settings, path)))
        if not above and not reading.has_templates:
            patches += reading.patches
            sources += reading.sources
            continue
        patches += (finish.patch(patch, above) for patch in reading.patches)
        sources += (finish.source(source, above) for source in reading.sources)
    return Properties(tuple(patches), tuple(sources), mentions), tuple(finish.problems)


def _folder_of(settings: Settings, path: str) -> tuple[str, ...]:
    """The folders of a property file below the path (`models`, `seeds` ...) in which it lies."""
    tops = (*settings.model_paths, *settings.seed_paths, *settings.snapshot_paths, *settings.macro_paths)
    top = max((top for top in tops if path.startswith(f"{top}/")), key=len, default="")
    return tuple(path.removeprefix(f"{top}/").split("/")[:-1])


def _entries_over(folders: tuple[FolderConfig, ...], folder: tuple[str, ...]) -> Iterator[Entry]:
    for config in folders:
        if config.folder == folder[: len(config.folder)]:
            yield from config.entries


class _Finish:
    """Applies one set of names to readings and collects the faults."""

    def __init__(self, names: TemplateNames) -> None:
        self.names = names
        self.config_names = replace(names, docs=None)
        self.problems: list[Diagnostic] = []

    def patch(self, patch: Patch, above: tuple[Entry, ...]) -> Patch:
        """A patch with its configuration rendered; the arguments of checks stay as they are."""
        return replace(
            patch,
            description=self.description(patch.description, patch.name, patch.span),
            columns=tuple(self.column(column, patch.span) for column in patch.columns),
            name=self.text(patch.name, patch.span),
            config=self.entries(patch.config),
            checks=tuple(self.check(check, above) for check in patch.checks),
        )

    def source(self, source: DeclaredSource, above: tuple[Entry, ...]) -> DeclaredSource:
        """A source's table with its place, configuration and descriptions rendered."""
        return replace(
            source,
            source=self.text(source.source, source.span),
            table=self.text(source.table, source.span),
            identifier=self.text(source.identifier, source.span),
            database=self.optional(source.database, source.span),
            schema=self.optional(source.schema, source.span),
            description=self.description(source.description, source.table, source.span),
            columns=tuple(self.column(column, source.span) for column in source.columns),
            config=self.entries(source.config),
            checks=tuple(self.check(check, above) for check in source.checks),
        )

    def column(self, column: DeclaredColumn, span: Span) -> DeclaredColumn:
        """A column with all that is said of it rendered; `span` is that of what it is a column of."""
        value, problems = render_value([list(column.tags), dict(column.meta), column.type], span, self.config_names)
        self.problems += problems
        description = self.description(column.description, column.name, span)
        if not isinstance(value, list):
            return column
        tags, meta, type_name = value
        return replace(column, description=description, tags=tuple(tags), meta=tuple(meta.items()), type=type_name)

    def description(self, text: str, of: str, span: Span) -> str:
        """A description, in which `doc()` gives the text of a docs block."""
        value, problems = render_value(text, span, self.names)
        self.problems += (replace(each, message=f"description of {of}: {each.message}") for each in problems)
        return "" if problems else str(value)

    def check(self, check: CheckSpec, above: tuple[Entry, ...]) -> CheckSpec:
        if not check.settings and not above:
            return check
        settings = self.entries(check.settings)
        config, problems = check_config((*above, *settings))
        # What a literal setting has wrong was said when the file was read.
        said = {id(entry) for entry in check.settings}
        fresh = {entry.span for entry in (*above, *settings) if id(entry) not in said}
        self.problems += (problem for problem in problems if problem.span in fresh)
        return replace(check, config=config, settings=settings)

    def entries(self, written: Iterable[Entry]) -> tuple[Entry, ...]:
        entries, problems = render_entries(written, self.config_names, OF_STEP)
        self.problems += problems
        return entries

    def text(self, text: str, span: Span) -> str:
        value, problems = render_value(text, span, self.config_names)
        self.problems += problems
        return text if problems else str(value)

    def optional(self, text: str | None, span: Span) -> str | None:
        return None if text is None else self.text(text, span)
