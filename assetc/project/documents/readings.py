"""What one configuration file says: values that are remembered until the file changes. Nothing in them is rendered."""

from __future__ import annotations

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.place import Span
from assetc.compiler.project import DeclaredSource, Entry, FolderConfig, Mention, Patch


class ProjectFileReading(Struct, frozen=True):
    """The keys of a project file in one spelling, its configuration by folder, its faults, and whether it is one."""

    entries: tuple[Entry, ...] = ()
    folders: tuple[FolderConfig, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    is_usable: bool = True


class WrittenOutput(Struct, frozen=True):
    """One target of a profile, as written."""

    name: str
    span: Span
    fields: tuple[Entry, ...]


class WrittenProfile(Struct, frozen=True):
    """One profile; `target` names the output that is used when no other is asked for."""

    name: str
    span: Span
    target: Entry | None
    outputs: tuple[WrittenOutput, ...]


class ProfilesReading(Struct, frozen=True):
    """A whole profiles file. One that holds secrets as plain text must not be written into any cache."""

    profiles: tuple[WrittenProfile, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    holds_secrets: bool = False


class PropertyFileReading(Struct, frozen=True):
    """The patches and sources of one file, its faults, and whether values are still to be rendered."""

    patches: tuple[Patch, ...] = ()
    sources: tuple[DeclaredSource, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    has_templates: bool = False
    mentions: tuple[Mention, ...] = ()
