"""The commands, and their group, which imports one only when it is called."""

from __future__ import annotations

from functools import partial
from importlib import import_module

import click

from assetc.cli.options.other_tools import CALLED_HERE, INSTEAD, not_built, parse_with_dbts
from assetc.cli.stop import Stopped

COMMANDS: dict[str, str] = {
    "init": "make a new project",
    "debug": "show the configuration and try the connection",
    "ls": "list assets",
    "compile": "write the SQL that would run",
    "plan": "show what a run would do, and why",
    "run": "build the selected assets",
    "build": "build the selected assets and check them in place",
    "seed": "load CSV files",
    "test": "execute checks",
    "show": "show rows of an asset or of a query",
    "lineage": "show what an asset needs and what needs it",
    "explain": "explain a code, an asset, or an edge between two",
    "retry": "go on with the last run",
    "clean": "remove compiled files and caches",
    "orphans": "list relations whose asset is gone",
    "asset": "list or show assets",
    "runs": "list runs",
    "checks": "list checks",
    "completion": "print a script that completes names in a shell",
}

ALIASES = {"list": "ls"}

NOT_BUILT = (
    *("automation", "backfill", "daemon", "deps", "diff", "docs", "job", "mv", "partitions", "schedule", "sensor"),
    *("snapshot", "sources", "status", "ui"),
)
"""Names that are taken: what they will do is not built yet."""

NOT_BUILT_OF_DBT = ("clone", "parse", "run-operation", "source")
"""Further commands of dbt, which nobody but its users would look for."""


class LazyGroup(click.Group):
    """Finds a command in the module of its name below `assetc.cli.commands`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what stands before the name of the command; where dbt allows more there, the command is given it."""
        left, others = parse_with_dbts(partial(super().parse_args, ctx), args)
        ctx.args[:0] = others
        return left

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of a typical use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with this name or alias."""
        name = ALIASES.get(cmd_name, cmd_name)
        if name in NOT_BUILT or name in NOT_BUILT_OF_DBT:
            return _not_built(name)
        if name not in COMMANDS:
            return None
        found: click.Command = import_module(f"assetc.cli.commands.{name}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; else the nearest names."""
        name = args[0]
        if self.get_command(ctx, name) is None and not (name.startswith("-") or ctx.resilient_parsing):
            from assetc.compiler.diagnostic import did_you_mean

            here = f"assetc {CALLED_HERE[name]} does that" if name in CALLED_HERE else ""
            near = here or did_you_mean(name, [*COMMANDS, *NOT_BUILT])
            ctx.fail(f"there is no command {name!r}. {near or 'See assetc --help'}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what nobody expected is told as a fault of our own."""
        try:
            return super().invoke(ctx)
        except (Stopped, click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            from assetc.cli.own_fault import tell

            return tell(error, ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        with formatter.section("Not built yet"):
            formatter.write_text(", ".join(NOT_BUILT))


def _not_built(name: str) -> click.Command:
    @click.command(name, context_settings={"ignore_unknown_options": True}, add_help_option=False)
    @click.argument("arguments", nargs=-1)
    def command(arguments: tuple[str, ...]) -> int:
        raise not_built(f"assetc {name}", INSTEAD.get(name, "assetc --help lists what there is"))

    return command
