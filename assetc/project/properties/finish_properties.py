"""What is applied to remembered property files on every load: templates in values, and checks by folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.package import Settings
from assetc.compiler.place import Span
from assetc.compiler.project import CheckSpec, DeclaredSource, Entry, FolderConfig, Patch, Properties
from assetc.project.documents.readings import PropertyFileReading
from assetc.project.properties.check_config import check_config
from assetc.project.templates import TemplateNames, render_value

_RENDERED_LATER = frozenset({"pre_hook", "post_hook", "sql_header", "where"})
"""Configuration whose templates are part of the SQL that is rendered when the asset is."""


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
    for path, reading in readings:
        above = tuple(_entries_over(check_folders, _folder_of(settings, path)))
        if not above and not reading.has_templates:
            patches += reading.patches
            sources += reading.sources
            continue
        patches += (finish.patch(patch, above) for patch in reading.patches)
        sources += (finish.source(source, above) for source in reading.sources)
    return Properties(tuple(patches), tuple(sources)), tuple(finish.problems)


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
        self.problems: list[Diagnostic] = []

    def patch(self, patch: Patch, above: tuple[Entry, ...]) -> Patch:
        """A patch with its configuration rendered; descriptions and arguments of checks stay as they are."""
        return replace(
            patch,
            name=self.text(patch.name, patch.span),
            config=tuple(map(self.entry, patch.config)),
            checks=tuple(self.check(check, above) for check in patch.checks),
        )

    def source(self, source: DeclaredSource, above: tuple[Entry, ...]) -> DeclaredSource:
        """A source's table with its place and configuration rendered."""
        return replace(
            source,
            source=self.text(source.source, source.span),
            table=self.text(source.table, source.span),
            identifier=self.text(source.identifier, source.span),
            database=self.optional(source.database, source.span),
            schema=self.optional(source.schema, source.span),
            config=tuple(map(self.entry, source.config)),
            checks=tuple(self.check(check, above) for check in source.checks),
        )

    def check(self, check: CheckSpec, above: tuple[Entry, ...]) -> CheckSpec:
        if not check.settings and not above:
            return check
        settings = tuple(map(self.entry, check.settings))
        config, problems = check_config((*above, *settings))
        # What a literal setting has wrong was said when the file was read.
        said = {id(entry) for entry in check.settings}
        fresh = {entry.span for entry in (*above, *settings) if id(entry) not in said}
        self.problems += (problem for problem in problems if problem.span in fresh)
        return replace(check, config=config, settings=settings)

    def entry(self, entry: Entry) -> Entry:
        if entry.key in _RENDERED_LATER:
            return entry
        value, problems = render_value(entry.value, entry.span, self.names)
        self.problems += problems
        return entry if value == entry.value else replace(entry, value=value)

    def text(self, text: str, span: Span) -> str:
        value, problems = render_value(text, span, self.names)
        self.problems += problems
        return text if problems else str(value)

    def optional(self, text: str | None, span: Span) -> str | None:
        return None if text is None else self.text(text, span)
