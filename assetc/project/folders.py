"""Configuration by folder: rendered, and sorted to the packages whose folders they are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from assetc.compiler.configuration.keys import OF_STEP
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.project import Entry, FolderConfig, ProjectFile, Settings
from assetc.compiler.rules import Rules
from assetc.project.settings import PATH_KEYS
from assetc.project.templates import TemplateNames, render_entries


def finish_folders(
    folders: Sequence[FolderConfig], name: str, rules: Rules, names: TemplateNames
) -> tuple[tuple[FolderConfig, ...], tuple[Diagnostic, ...]]:
    """The configuration by folder, the outer ones first, without the project's own name in front."""
    finished: list[FolderConfig] = []
    problems: list[Diagnostic] = []
    for config in folders:
        entries, found = render_entries(config.entries, names, OF_STEP)
        problems += found
        finished.append(_of_package(replace(config, entries=entries), name, rules))
    return tuple(sorted(finished, key=lambda config: len(config.folder))), tuple(problems)


def unused_folders(
    folders: Sequence[FolderConfig], name: str, settings: Settings, files: Sequence[ProjectFile]
) -> Iterator[Diagnostic]:
    """A warning (W222) for configuration of a folder that holds nothing."""
    paths = [file.path for file in files]
    tops_of = {"models": settings.model_paths, "seeds": settings.seed_paths, "snapshots": settings.snapshot_paths}
    for config in folders:
        tops = tops_of.get(config.kind, ())
        if config.package == name and config.folder and tops and not _is_used(config.folder, tops, paths):
            shown = "/".join(config.folder)
            known = {part for path in paths for part in path.split("/")[1:-1]}
            hint = did_you_mean(config.folder[-1], known) or f"There is no such folder in {', '.join(tops)}"
            message = f"the configuration of {config.kind} in {shown} applies to nothing"
            yield diagnostic("W222", message, config.entries[0].span, hint=hint)


def missing_folders(root: Path, entries: Mapping[str, Entry], rules: Rules) -> Iterator[Diagnostic]:
    """W222 for a folder that a native project names and does not have; a dbt project lists many by habit."""
    for key in PATH_KEYS if rules.is_strict else ():
        entry = entries.get(key)
        given = entry.value if entry and isinstance(entry.value, list) else [entry.value] if entry else []
        for folder in given:
            if not entry or not isinstance(folder, str) or folder.startswith(("/", "..")):
                continue
            if not (root / folder).exists():
                hint = did_you_mean(folder, [place.name for place in root.iterdir() if place.is_dir()])
                yield diagnostic("W222", f"{key} names the folder {folder}, which is not there", entry.span, hint=hint)


def _of_package(config: FolderConfig, name: str, rules: Rules) -> FolderConfig:
    """In dbt the first folder is a package; a native project may leave its own name out."""
    if not config.folder:
        return config
    first, *rest = config.folder
    if first == name or rules.folders_name_packages:
        return replace(config, folder=tuple(rest), package=first)
    return replace(config, package=name)


def _is_used(folder: tuple[str, ...], tops: tuple[str, ...], paths: list[str]) -> bool:
    """Whether a file lies in the folder, or is the one that the last part names. `paths` are sorted."""
    for top in tops:
        for end in ("/", "."):
            prefix = "/".join((top, *folder)) + end
            at = bisect_left(paths, prefix)
            if at < len(paths) and paths[at].startswith(prefix):
                return True
        # A Python file may define an asset of any name.
        parent = "/".join((top, *folder[:-1])) + "/"
        if any(path.startswith(parent) and path.endswith(".py") for path in paths):
            return True
    return False
