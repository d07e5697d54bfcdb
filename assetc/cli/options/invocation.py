"""The options of every command: which project and target, and how to print."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import click

LogLevel = Literal["debug", "info", "warn", "error", "none"]
LogFormat = Literal["text", "json", "dbt"]

LEVELS: tuple[LogLevel, ...] = ("debug", "info", "warn", "error", "none")
LOG_FORMATS: tuple[LogFormat, ...] = ("text", "json", "dbt")


class Invocation(NamedTuple):
    """The options that all commands have, before or after the command's name."""

    project_dir: Path | None = None
    profiles_dir: Path | None = None
    profile: str | None = None
    target: str | None = None
    target_path: str | None = None
    threads: int | None = None
    vars: str | None = None
    quiet: bool = False
    debug: bool = False
    log_level: LogLevel = "info"
    log_format: LogFormat = "text"
    log_path: Path | None = None
    no_import: bool = False
    use_colors: bool | None = None

    @property
    def level(self) -> LogLevel:
        """The lowest level that is shown."""
        return "error" if self.quiet else "debug" if self.debug else self.log_level


def invocation_of(context: click.Context, options: dict[str, object]) -> Invocation:
    """The invocation, its fields removed from `options`: an option after the command wins over one before it."""
    given: dict[str, object] = {}
    before: Mapping[str, object] = context.find_root().params
    for name in Invocation._fields:
        own = options.pop(name)
        is_own = context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        value = own if is_own or before.get(name) is None else before[name]
        if value is not None:
            given[name] = value
    return Invocation(**given)  # type: ignore[arg-type]
