"""The group of all commands, which imports one only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from assetc.cli.catalogue import ALIASES, COMMANDS, NOT_BUILT, NOT_BUILT_OF_DBT
from assetc.cli.stop import BAD_INPUT


class LazyGroup(click.Group):
    """Finds a command in the module of its name below `assetc.cli.commands`."""

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
        module = import_module(f"assetc.cli.commands.{name}")
        found: click.Command = module.command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; else the nearest names."""
        name = args[0]
        if self.get_command(ctx, name) is None and not (name.startswith("-") or ctx.resilient_parsing):
            from assetc.compiler.diagnostic import did_you_mean

            near = did_you_mean(name, [*COMMANDS, *NOT_BUILT])
            ctx.fail(f"there is no command {name!r}. {near or 'See assetc --help'}")
        return super().resolve_command(ctx, args)

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
        click.echo(f"error[E162]: assetc {name} is not built yet", err=True)
        click.echo("  = hint: assetc --help lists what there is", err=True)
        return BAD_INPUT

    return command
