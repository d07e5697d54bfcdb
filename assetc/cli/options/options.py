"""The options that several commands share, with dbt's names and the environment variables that set them.

`--select a b c` is `--select a --select b --select c`, as in dbt.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial, reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from assetc.cli.options.invocation import LEVELS, LOG_FORMATS, invocation_of
from assetc.cli.options.other_tools import parse_with_dbts

if TYPE_CHECKING:
    Choice = click.Choice[str]
else:
    Choice = click.Choice  # generic from click 8.2 on

Command: TypeAlias = Callable[..., int]
Decorator: TypeAlias = Callable[[Command], Command]


class SeveralOption(click.Option):
    """An option whose values may follow each other."""


class SeveralCommand(click.Command):
    """A command that may have options of several values."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments with the option repeated before each of its values."""
        several = {name for each in self.params if isinstance(each, SeveralOption) for name in each.opts}
        try:
            return parse_with_dbts(partial(super().parse_args, ctx), list(spread(args, several)))[0]
        except click.UsageError as error:
            if "--select" in several and error.message.startswith("Got unexpected extra argument"):
                raise click.UsageError(f"{error.message}. Select with --select", ctx) from error
            raise


def spread(arguments: Sequence[str], several: Collection[str]) -> Iterator[str]:
    """The arguments with the option repeated before each of its values; the values end at the next option."""
    option = ""
    values = 0
    for position, argument in enumerate(arguments):
        if argument == "--":
            yield from arguments[position:]
            return
        if argument.startswith("-") and argument != "-":
            option = argument if argument in several else ""
            values = 0
        elif option:
            if values:
                yield option
            values += 1
        yield argument


def variables(name: str) -> list[str]:
    """The environment variables of an option, the first that is set wins: ours, then dbt's two."""
    return [f"ASSETC_{name}", f"DBT_ENGINE_{name}", f"DBT_{name}"]


def option(*names: str, env: str | None = None, **settings: Any) -> Decorator:
    """A click option, `env` being the end of the names of its environment variables."""
    return click.option(*names, envvar=variables(env) if env else None, **settings)


def several(*names: str, **settings: Any) -> Decorator:
    """An option that takes several values."""
    return click.option(*names, cls=SeveralOption, multiple=True, **settings)


class LogFormats(Choice):
    """The formats of a run; the two others that dbt has are text, too."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The format that is meant."""
        return super().convert("text" if value in ("default", "debug") else value, param, ctx)


FOLDER = click.Path(path_type=Path, file_okay=False)

COMMON: tuple[Decorator, ...] = (
    option("--project-dir", env="PROJECT_DIR", type=FOLDER, help="The folder of the project."),
    option("--profiles-dir", env="PROFILES_DIR", type=FOLDER, help="The folder of profiles.yml."),
    option("--profile", env="PROFILE", metavar="NAME", help="The profile to use."),
    option("--target", "-t", env="TARGET", metavar="NAME", help="The target to use."),
    option("--target-path", env="TARGET_PATH", metavar="PATH", help="Where compiled files are written."),
    option("--threads", env="THREADS", type=click.IntRange(1), help="How many steps run at once."),
    option("--vars", env="VARS", metavar="YAML", help="Variables of the project, as a YAML mapping."),
    option("--quiet/--no-quiet", "-q", "quiet", env="QUIET", default=None, help="Print only errors."),
    option("--debug/--no-debug", "-d", "debug", env="DEBUG", default=None, help="The same as --log-level debug."),
    option("--log-level", env="LOG_LEVEL", type=click.Choice(LEVELS), help="The lowest level that is shown."),
    option("--log-format", env="LOG_FORMAT", type=LogFormats(LOG_FORMATS), help="The format in which a run is shown."),
    option("--log-path", env="LOG_PATH", type=FOLDER, help="The folder of the log file."),
    option("--no-import", env="NO_IMPORT", is_flag=True, default=None, help="Never import Python files to compile."),
    option("--use-colors/--no-use-colors", env="USE_COLORS", default=None, help="Print in colour, or without."),
)


def with_invocation(function: Command) -> Command:
    """The common options, given to the function as its first argument."""

    @wraps(function)
    def called(*arguments: Any, **options: Any) -> int:
        return function(invocation_of(click.get_current_context(), options), *arguments, **options)

    return decorated(called, COMMON)


def decorated(function: Command, decorators: tuple[Decorator, ...]) -> Command:
    """The function with all the decorators, the first one outermost."""
    return reduce(lambda inner, decorator: decorator(inner), reversed(decorators), function)


def command_named(name: str, **settings: Any) -> Callable[[Command], click.Command]:
    """A command with the common options."""

    def make(function: Command) -> click.Command:
        made: click.Command = click.command(name, cls=SeveralCommand, **settings)(with_invocation(function))
        return made

    return make
