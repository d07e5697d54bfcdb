"""A package: what has a name, settings and files of its own. The project is one, and each that it uses is another."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal

from msgspec import Struct

from assetc.compiler.rules import Inference

FileKind = Literal["model", "python", "macro", "seed", "check", "snapshot", "properties", "definitions"]


class Settings(Struct, frozen=True):
    """What the project file sets for the whole project, defaults filled in."""

    model_paths: tuple[str, ...] = ("models",)
    macro_paths: tuple[str, ...] = ("macros",)
    seed_paths: tuple[str, ...] = ("seeds",)
    snapshot_paths: tuple[str, ...] = ("snapshots",)
    check_paths: tuple[str, ...] = ("checks",)
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
