"""`assetc asset list | show`: assets with what is known of them."""

from __future__ import annotations

import click

from assetc.cli.asset_details import give_details
from assetc.cli.opening import find_named, open_project, say_concerning, say_of, select_in
from assetc.cli.options.completing import AssetName
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.options.selection_options import with_selection
from assetc.cli.stop import BAD_INPUT
from assetc.cli.text.output import Fields
from assetc.cli.text.table import give_rows
from assetc.cli.wanted import all_of
from assetc.compiler.asset import Asset
from assetc.compiler.selection.request import SelectionRequest


@click.group("asset")
def command() -> None:
    """List or show assets."""


@command_named("list")
@with_selection
@click.option("--json", "as_json", is_flag=True, help="Print rows of JSON.")
def _list(invocation: Invocation, selection: SelectionRequest, as_json: bool) -> int:
    """List assets with their kind, group and place."""
    opened = open_project(invocation)
    selected = select_in(opened, selection)
    obstacles = say_concerning(opened, all_of(selected, selection))
    assets = [opened.workspace.graph.assets[key] for key in sorted(selected.assets)]
    names = ("asset", "kind", "materialized", "group", "place")
    give_rows(opened.output, names, list(map(_row, assets)), as_json=as_json)
    return BAD_INPUT if obstacles else 0


@command_named("show")
@click.argument("name", type=AssetName())
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def _show(invocation: Invocation, name: str, as_json: bool) -> int:
    """Show everything that is known of an asset."""
    opened = open_project(invocation)
    key = find_named(opened, name)
    say_of(opened, key)
    give_details(opened.output, opened.workspace.graph, key, as_json=as_json)
    return 0


def _row(asset: Asset) -> Fields:
    return {
        "key": str(asset.key),
        "kind": asset.kind,
        "materialized": asset.config.materialized if asset.kind == "model" else "",
        "group": asset.group,
        "place": asset.span.where,
    }


command.add_command(_list)
command.add_command(_show)
