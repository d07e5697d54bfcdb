"""Loading a project: the one place where its configuration is read. Everything after this works on values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from assetc.compiler.config import nothing
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.project import FolderConfig, Package, Project, ProjectFile, Settings, Target
from assetc.project.discover import discover
from assetc.project.documents.readers import read_project_file
from assetc.project.documents.readings import ProjectFileReading
from assetc.project.find_project import FoundProject, find_project
from assetc.project.folders import finish_folders, missing_folders, unused_folders
from assetc.project.memory.load_memory import NO_MEMORY, Memory, read_config_file
from assetc.project.profiles.load_target import OtherTarget, load_target
from assetc.project.profiles.profiles import ProfileRequest
from assetc.project.profiles.secrets import named_only, secrets_in, secrets_of_environment, worth_masking
from assetc.project.profiles.target import Connection, TargetRequest
from assetc.project.project_parts import (
    RENDERED_LATER,
    Outline,
    make_outline,
    read_dispatch,
    read_hooks,
    read_mapping,
    read_resources,
    read_selectors,
)
from assetc.project.properties.load_properties import UnreadProperties, read_property_files
from assetc.project.settings import make_settings
from assetc.project.templates import TemplateNames, render_entries

Value = TypeVar("Value")


class LoadRequest(Struct, frozen=True):
    """What the command line and the environment decide. Paths are relative to where the command was started."""

    __repr__ = named_only

    environment: Mapping[str, str]
    project_dir: Path | None = None
    profiles_dir: Path | None = None
    profile: str | None = None
    target: str | None = None
    threads: int | None = None
    variables: Mapping[str, object] = field(default_factory=nothing)
    memory: Memory = NO_MEMORY


class Loaded(Struct, frozen=True):
    """A project, or None with the reasons; `root` is set as soon as one was found. `secrets` must never be shown."""

    __repr__ = named_only

    project: Project | None
    diagnostics: tuple[Diagnostic, ...]
    connection: Connection | None = None
    secrets: tuple[str, ...] = ()
    root: Path | None = None
    others: tuple[OtherTarget, ...] = ()
    unread: UnreadProperties | None = None


def load(start: Path, request: LoadRequest) -> Loaded:
    """The project that `start` lies in, its property files found and not read. Raises nothing for what users wrote."""
    secrets = worth_masking(secrets_of_environment(request.environment))
    found = find_project(start, request.project_dir)
    if isinstance(found, Diagnostic):
        return Loaded(None, (found,), secrets=secrets)
    read = partial(read_project_file, flavor=found.flavor)
    place = found.root / found.file
    reading = read_config_file(request.memory, ProjectFileReading, place, found.file, read)
    if isinstance(reading, Diagnostic):
        return Loaded(None, (reading,), secrets=secrets, root=found.root)
    if not reading.is_usable:
        return Loaded(None, reading.problems, secrets=secrets, root=found.root)
    return _load_found(found, reading, start, request)


def _load_found(found: FoundProject, reading: ProjectFileReading, start: Path, request: LoadRequest) -> Loaded:
    names = TemplateNames(request.environment, request.variables)
    outline, problems = make_outline(found, reading, names)
    names = replace(names, variables=outline.variables)
    asked = (request.profile, request.target, request.profiles_dir)
    profile = ProfileRequest(outline.name, found.root, start.absolute(), found.rules, outline.profile, *asked)
    chosen = load_target(
        profile,
        TargetRequest(request.threads, found.rules.threads, _schema_of(reading)),
        replace(names, variables=request.variables, may_use_secrets=True),
        request.memory,
    )
    body = _Body(found, request.memory, [*reading.problems, *problems, *chosen.problems])
    if chosen.target is None:
        body.read_without_target(reading, names)
        project = unread = None
    else:
        names = replace(names, target=chosen.target.fields)
        project = body.read(reading, outline, chosen.target, names)
        unread = body.unread(project.files, project.settings, project.folder_configs, names)
    diagnostics = tuple(dict.fromkeys(body.problems))
    resources = [entry.value for entry in reading.entries if entry.key == "resources"]  # those of all targets
    written = (secret for each in resources for secret in secrets_in("", each) if "{{" not in secret)
    used = secrets_in("", project.resources if project else {})
    secrets = worth_masking((*chosen.secrets, *used, *written))
    return Loaded(project, diagnostics, chosen.connection, secrets, found.root, chosen.others, unread)


def _schema_of(reading: ProjectFileReading) -> str | None:
    """The schema that a native project file sets for whatever target is in use."""
    entry = next((entry for entry in reading.entries if entry.key == "schema"), None)
    return entry.value if entry is not None and isinstance(entry.value, str) else None


class _Body:
    """The files of one project on their way to a `Project`; it collects the problems."""

    def __init__(self, found: FoundProject, memory: Memory, problems: list[Diagnostic]) -> None:
        self.found = found
        self.root = str(found.root)
        self.memory = memory
        self.problems = problems

    def read_without_target(self, reading: ProjectFileReading, names: TemplateNames) -> None:
        """Whatever else is wrong is said too, although there will be no project."""
        entries = {entry.key: entry for entry in reading.entries if "{{" not in str(entry.value)}
        settings, problems = make_settings(entries, self.found.rules)
        self.problems += problems
        unread = self.unread(self.files(settings), settings, (), names)
        self.problems += read_property_files(unread, self.memory)[1]

    def read(self, reading: ProjectFileReading, outline: Outline, target: Target, names: TemplateNames) -> Project:
        """The project for a target."""
        rules = self.found.rules
        rendered = self.noted(render_entries(reading.entries, names, RENDERED_LATER))
        entries = {entry.key: entry for entry in rendered}
        settings = self.noted(make_settings(entries, rules))
        folders = self.noted(finish_folders(reading.folders, outline.name, rules, names))
        files = self.files(settings)
        self.problems += missing_folders(self.found.root, entries, rules)
        self.problems += unused_folders(folders, outline.name, settings, files)
        selectors = self.noted(read_selectors(self.found.root, self.found.file, entries, self.memory))
        return Project(
            own=Package(outline.name, settings, files),
            rules=rules,
            root=self.root,
            path=self.found.file,
            target=target,
            variables=outline.variables,
            folder_configs=folders,
            resources=self.noted(read_resources(entries.get("resources"), target.name, names)),
            on_run_start=self.noted(read_hooks(entries.get("on_run_start"))),
            on_run_end=self.noted(read_hooks(entries.get("on_run_end"))),
            dispatch=self.noted(read_dispatch(entries.get("dispatch"))),
            flags=self.noted(read_mapping(entries.get("flags"))),
            selectors=selectors.content,
            selectors_path=selectors.path,
        )

    def noted(self, result: tuple[Value, tuple[Diagnostic, ...]]) -> Value:
        """The value of a result, its problems noted."""
        self.problems += result[1]
        return result[0]

    def files(self, settings: Settings) -> tuple[ProjectFile, ...]:
        discovery = discover(self.root, settings)
        self.problems += discovery.problems
        return discovery.files

    def unread(
        self,
        files: tuple[ProjectFile, ...],
        settings: Settings,
        folders: tuple[FolderConfig, ...],
        names: TemplateNames,
    ) -> UnreadProperties:
        """The property files among the files."""
        mine = tuple(file for file in files if file.kind == "properties")
        docs = tuple(file for file in files if file.kind == "docs")
        return UnreadProperties(self.root, self.found.rules, mine, folders, settings, names, docs)
