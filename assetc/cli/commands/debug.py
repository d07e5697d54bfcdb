"""`assetc debug`: what is configured, and whether the target can be opened."""

from __future__ import annotations

import platform
import sys
import time

import click

from assetc.cli.opening import open_project, say_concerning
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.stop import BAD_INPUT
from assetc.cli.target import open_warehouse
from assetc.cli.text.text import Piece, line, printable
from assetc.cli.text.words import duration, plural
from assetc.cli.wanted import Wanted
from assetc.runtime.workspace import identity_of
from assetc.version import __version__


@command_named("debug")
@click.option("--no-connection", is_flag=True, help="Do not open the target.")
@click.option("--connection", is_flag=True, hidden=True, expose_value=False)  # dbt's; it is tried anyway
def command(invocation: Invocation, no_connection: bool) -> int:
    """Show which project, profile and target are used, and try the connection."""
    opened = open_project(invocation)
    workspace, output = opened.workspace, opened.output
    project, target = workspace.project, workspace.project.target
    facts = {
        "assetc": __version__,
        "Python": f"{platform.python_version()}  {sys.executable}",
        "project": f"{project.name}  {workspace.root / project.path}",
        "assets": f"{len(workspace.graph.assets):,}",
        "profile": target.profile or "none: embedded DuckDB",
        "target": f"{target.name}  {target.type}, {plural(target.threads, 'thread')}",
        "warehouse": str(identity_of(workspace)),
    }
    output.give(line(Piece(word.ljust(11), "quiet"), printable(value)) for word, value in facts.items())
    obstacles = say_concerning(opened, Wanted(others="in the files of the project"))
    if not no_connection:
        began = time.perf_counter()
        with open_warehouse(opened) as warehouse:
            warehouse.session().query("select 1")
        took = duration(time.perf_counter() - began)
        output.give([line(Piece("connection".ljust(11), "quiet"), Piece("ok", "good"), f"  {took}")])
    return BAD_INPUT if obstacles else 0
