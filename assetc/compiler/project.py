"""A project as the compiler receives it: everything that was written, already read from its files.

`assetc/project/` builds this value; the compiler never opens a file itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from assetc.compiler.asset import AssetKind, CheckConfig, DeclaredColumn
from assetc.compiler.config import nothing
from assetc.compiler.package import Package, ProjectFile, Settings
from assetc.compiler.place import Span
from assetc.compiler.rules import Rules

SECTIONS: Mapping[AssetKind, str] = {"model": "models", "python": "models", "seed": "seeds", "snapshot": "snapshots"}
"""Where a project file configures each kind of asset."""


class Entry(Struct, frozen=True):
    """A configuration key with its value and the place where it was written."""

    key: str
    value: object
    span: Span


class FolderConfig(Struct, frozen=True):
    """Configuration of everything of one kind below a folder (`models: {shop: {staging: {+schema: x}}}`)."""

    kind: Literal["models", "seeds", "snapshots", "sources", "checks"]
    folder: tuple[str, ...]
    entries: tuple[Entry, ...]
    package: str | None = None
    """The package whose folders these are; None where the configuration is for those of every package."""

    def is_over(self, kind: AssetKind, fqn: tuple[str, ...]) -> bool:
        """Whether it applies to an asset. A `fqn` begins with the name of the package."""
        if self.kind != SECTIONS[kind] or self.package not in (None, fqn[0]):
            return False
        return self.folder == fqn[1 : len(self.folder) + 1]


class Target(Struct, frozen=True):
    """The output of a profile that is in use. `fields` is what a template sees as `target`, without its secrets."""

    name: str
    profile: str
    type: str
    dialect: str
    database: str | None
    schema: str
    threads: int
    fields: Mapping[str, object] = field(default_factory=nothing)
    others: tuple[tuple[str, str], ...] = ()
    """Database and schema of the profile's other targets: a native project means its own by them."""


class CheckSpec(Struct, frozen=True):
    """A check as a property file asks for it: a generic test on a model, a source or one of their columns."""

    test: str
    arguments: tuple[tuple[str, object], ...]
    config: CheckConfig
    span: Span
    column: str | None = None
    name: str | None = None
    settings: tuple[Entry, ...] = ()
    """What was written to configure it; `config` is the outcome, with the configuration of its folder."""


class Patch(Struct, frozen=True):
    """What a property file says about a model, seed, snapshot or macro."""

    kind: Literal["model", "seed", "snapshot", "macro"]
    name: str
    span: Span
    description: str = ""
    columns: tuple[DeclaredColumn, ...] = ()
    config: tuple[Entry, ...] = ()
    checks: tuple[CheckSpec, ...] = ()


class DeclaredSource(Struct, frozen=True):
    """A table of a `sources:` entry."""

    source: str
    table: str
    identifier: str
    database: str | None
    schema: str | None
    span: Span
    description: str = ""
    columns: tuple[DeclaredColumn, ...] = ()
    config: tuple[Entry, ...] = ()
    checks: tuple[CheckSpec, ...] = ()


class Properties(Struct, frozen=True):
    """All property files of a project, taken together."""

    patches: tuple[Patch, ...] = ()
    sources: tuple[DeclaredSource, ...] = ()


class Project(Struct, frozen=True):
    """A project, for one target: its own package and those that it uses. `root` is absolute, and in no result."""

    own: Package
    rules: Rules
    root: str
    path: str
    target: Target
    variables: Mapping[str, object]
    folder_configs: tuple[FolderConfig, ...]
    resources: Mapping[str, object] = field(default_factory=nothing)
    on_run_start: tuple[Entry, ...] = ()
    on_run_end: tuple[Entry, ...] = ()
    dispatch: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Macro namespaces with the packages in which their macros are looked up."""
    flags: Mapping[str, object] = field(default_factory=nothing)
    selectors: Mapping[str, object] = field(default_factory=nothing)
    """The content of `selectors.yml` (or of `selectors` in a native project's file), which `selectors_path` names."""
    selectors_path: str = ""
    used: tuple[Package, ...] = ()

    @property
    def name(self) -> str:
        """The name of the project, which is that of its own package."""
        return self.own.name

    @property
    def settings(self) -> Settings:
        """What the project file sets for everything."""
        return self.own.settings

    @property
    def packages(self) -> tuple[Package, ...]:
        """All packages, its own first."""
        return (self.own, *self.used)

    @property
    def files(self) -> tuple[ProjectFile, ...]:
        """The files of all packages."""
        return tuple(file for package in self.packages for file in package.files) if self.used else self.own.files

    def package_of(self, path: str) -> Package:
        """The package in whose folder a file lies."""
        return next((package for package in self.used if path.startswith(f"{package.folder}/")), self.own)
