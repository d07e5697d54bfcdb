"""`assetc completion`: a script that lets a shell complete commands, options and names of assets."""

from __future__ import annotations

import click

from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.text.output import output_of

HOW = {
    "bash": "add to ~/.bashrc:  source <(assetc completion bash)",
    "zsh": "add to ~/.zshrc:  source <(assetc completion zsh)",
    "fish": "run once:  assetc completion fish > ~/.config/fish/completions/assetc.fish",
}


@command_named("completion")
@click.argument("shell", type=click.Choice(tuple(HOW)))
def command(invocation: Invocation, shell: str) -> int:
    """Print a script that completes commands, options and names in bash, zsh or fish."""
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    classes = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    root = click.get_current_context().find_root().command
    output_of(invocation).give_text(classes[shell](root, {}, "assetc", "_ASSETC_COMPLETE").source())
    return 0
