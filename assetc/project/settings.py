"""The settings of a project, from the entries of its project file."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import get_args

from msgspec.structs import replace

from assetc.adapters.protocol import FrameForm
from assetc.compiler.configuration.values import Misfit, flag, one_of, text
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.materialization.known import CONFIGURABLE
from assetc.compiler.project import Entry, Settings
from assetc.compiler.rules import Rules
from assetc.compiler.sql.dialects import DIALECTS

RULED = ("inference", "default_source", "default_materialization", "schemas")
"""The settings whose defaults differ between kinds of projects."""

PATH_KEYS = {
    "source_paths": "model_paths",
    "data_paths": "seed_paths",
    "model_paths": "model_paths",
    "macro_paths": "macro_paths",
    "seed_paths": "seed_paths",
    "snapshot_paths": "snapshot_paths",
    "check_paths": "check_paths",
    "test_paths": "check_paths",
    "docs_paths": "docs_paths",
}
"""The keys of a project file that list folders, and the settings they become; dbt's old names count for less."""


def make_settings(entries: Mapping[str, Entry], rules: Rules) -> tuple[Settings, tuple[Diagnostic, ...]]:
    """The settings that rendered entries give; what is not written, or does not fit, has its default."""
    values: dict[str, object] = {name: getattr(rules, name) for name in RULED} | {"check_paths": (rules.check_folder,)}
    problems: list[Diagnostic] = []
    for key, (name, convert) in _CONVERTERS.items():
        entry = entries.get(key)
        if entry is None:
            continue
        try:
            values[name] = convert(entry.value)
        except Misfit as misfit:
            message = f"{key} must be {misfit}"
            problems.append(diagnostic("E126", message, entry.span, hint=misfit.hint))
    if "target_path" in values and "clean_targets" not in values:
        values["clean_targets"] = (values["target_path"],)
    return replace(Settings(), **values), tuple(problems)


def _path(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise Misfit("a folder")
    path = posixpath.normpath(value)
    if path.startswith(("/", "..")) or "\0" in path:
        raise Misfit("a folder of the project", "Give a path below the project's folder")
    return path


def _paths(value: object) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list):
        raise Misfit("a list of folders")
    return tuple(dict.fromkeys(_path(item) for item in given))


def _optional_text(value: object) -> str | None:
    return text(value) if value else None


_CONVERTERS: Mapping[str, tuple[str, Callable[[object], object]]] = {
    **{key: (name, _paths) for key, name in PATH_KEYS.items()},
    "target_path": ("target_path", _path),
    "clean_targets": ("clean_targets", _paths),
    "packages_install_path": ("packages_path", _path),
    "inference": ("inference", one_of("off", "on", "strict")),
    "schemas": ("schemas", one_of("as-written", "prefixed")),
    "strict_sources": ("strict_sources", flag),
    "default_source": ("default_source", _optional_text),
    "default_materialization": ("default_materialization", one_of(*CONFIGURABLE)),
    "default_load_type": ("default_load_type", one_of(*get_args(FrameForm))),
    "dialect": ("dialect", one_of(*DIALECTS, called="the name of a dialect")),
    "import_python": ("import_python", flag),
}
