"""Options that take several values at once, as dbt's do: `--select a b c` is `--select a --select b --select c`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import click


class SeveralOption(click.Option):
    """An option whose values may follow each other."""


class SeveralCommand(click.Command):
    """A command that may have options of several values."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments with the option repeated before each of its values."""
        several = {name for each in self.params if isinstance(each, SeveralOption) for name in each.opts}
        try:
            return super().parse_args(ctx, list(spread(args, several)))
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
