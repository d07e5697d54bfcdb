"""A project as the compiler receives it, and its packages: everything that was written, already read from its files.

`assetc/project/` builds this value; the compiler never opens a file itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from msgspec import Struct, field

from assetc.compiler.asset import AssetKind, CheckConfig, DeclaredColumn
from assetc.compiler.config import nothing
from assetc.compiler.place import Span
from assetc.compiler.rules import Inference, Rules

FileKind = Literal["model", "python", "macro", "seed", "check", "snapshot", "properties", "definitions", "docs"]


class Settings(Struct, frozen=True):
    """What the project file sets for the whole project, defaults filled in."""

    model_paths: tuple[str, ...] = ("models",)
    macro_paths: tuple[str, ...] = ("macros",)
    seed_paths: tuple[str, ...] = ("seeds",)
    snapshot_paths: tuple[str, ...] = ("snapshots",)
    check_paths: tuple[str, ...] = ("checks",)
    docs_paths: tuple[str, ...] = ("analyses",)
    """Further folders of `.md` files: those of everything else are looked through, too."""
    target_path: str = "target"
    inference: Inference = "strict"
    strict_sources: bool = False
    default_source: str | None = "main"
    default_materialization: str = "table"
    schemas: Literal["as-written", "prefixed"] = "as-written"
    dialect: str | None = None
    import_python: bool = True
    clean_targets: tuple[str, ...] = ("target",)
    packages_path: str = "dbt_packages"
    default_load_type: str = "pandas"


class ProjectFile(Struct, frozen=True):
    """A file of the project. `stamp` (mtime_ns, size, inode) says cheaply whether it changed since the last time."""

    path: str
    kind: FileKind
    stamp: tuple[int, int, int]


class Package(Struct, frozen=True):
    """One package. `folder` is where it lies below the project's root: "" for the project itself."""

    name: str
    settings: Settings
    files: tuple[ProjectFile, ...]
    folder: str = ""

    @property
    def key_prefix(self) -> tuple[str, ...]:
        """What the keys of its assets begin with: nothing in the project itself, the package's name in another."""
        return (self.name,) if self.folder else ()

    def folders_of(self, path: str) -> tuple[str, ...]:
        """The folders of a file below the path it was found under: `("staging",)` of `models/staging/a.sql`."""
        settings, path = self.settings, path.removeprefix(f"{self.folder}/") if self.folder else path
        roots = (*settings.model_paths, *settings.seed_paths, *settings.snapshot_paths, *settings.check_paths)
        for root in roots:
            if path.startswith(root.rstrip("/") + "/"):
                return PurePosixPath(path[len(root.rstrip("/")) + 1 :]).parts[:-1]
        return PurePosixPath(path).parts[:-1]


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
    places: tuple[tuple[str, Span], ...] = ()
    """Where its arguments and the SQL that configures it were written, by their keys."""


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


class Mention(Struct, frozen=True):
    """A name in a section of a property file that gives nothing yet: an exposure, a metric ..."""

    section: str
    name: str
    span: Span


class Properties(Struct, frozen=True):
    """All property files of a project, taken together."""

    patches: tuple[Patch, ...] = ()
    sources: tuple[DeclaredSource, ...] = ()
    mentions: tuple[Mention, ...] = ()


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
