"""`assetc ls`: the names of what is selected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import click
from msgspec.structs import replace

from assetc.cli.listing import Row, dbt_row, name_of_thing, selector_of, things_of
from assetc.cli.opening import Opened, find_named, open_project, say_all, select_in
from assetc.cli.options.completing import AssetName
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named, several
from assetc.cli.options.selection_options import with_selection
from assetc.cli.stop import BAD_INPUT
from assetc.cli.text.json_text import encoded
from assetc.cli.wanted import all_of
from assetc.compiler.asset import Graph
from assetc.compiler.nodes.described import path_of
from assetc.compiler.selection.members import Selectable
from assetc.compiler.selection.request import Selected, SelectionRequest

Form = Literal["name", "path", "selector", "json"]
FORMS: tuple[Form, ...] = ("name", "path", "selector", "json")


@command_named("ls")
@with_selection
@click.option("--output", "form", type=click.Choice(FORMS), help="What to print of each.")
@several("--output-keys", metavar="KEY...", help="The keys of --output json.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list of names.")
@click.option("--deps", type=AssetName(), metavar="NAME", help="List what this asset needs, one step up.")
def command(
    invocation: Invocation,
    selection: SelectionRequest,
    form: Form | None,
    output_keys: tuple[str, ...],
    as_json: bool,
    deps: str | None,
) -> int:
    """List assets; sources and checks too, where they are asked for or the project is dbt's."""
    opened = open_project(invocation)
    if deps is not None:
        names = [str(key) for key in opened.workspace.graph.upstream[find_named(opened, deps)]]
        _give(opened, names, as_json=as_json)
        return 0
    selected = select_in(opened, selection)
    obstacles = say_all(opened, all_of(selected, selection))
    things = things_of(_declared(opened), _listed(opened, selected, selection))
    _give(opened, list(map(_form_of(opened, form, output_keys), things)), as_json=as_json)
    opened.workspace.close()
    return BAD_INPUT if obstacles else 0


def _declared(opened: Opened) -> Graph:
    """The graph; in a dbt project without the tables that nobody declares, for dbt would not know them."""
    graph = opened.workspace.graph
    if not opened.workspace.project.rules.lists_selectors:
        return graph
    return replace(graph, sources={key: source for key, source in graph.sources.items() if not source.implicit})


def _listed(opened: Opened, selected: Selected, request: SelectionRequest) -> Selected:
    """In a native project a listing is about assets, unless nothing but other things was selected."""
    is_of_dbt = opened.workspace.project.rules.lists_selectors
    if is_of_dbt or request.resource_types or not selected.assets:
        return selected if is_of_dbt or request != SelectionRequest() else Selected()
    return Selected(assets=selected.assets)


def _form_of(opened: Opened, form: Form | None, keys: tuple[str, ...]) -> Callable[[Selectable], str]:
    graph = _declared(opened)
    if form == "json":
        return lambda thing: encoded(_picked(dbt_row(thing, graph), keys))
    usual: Form = "selector" if opened.workspace.project.rules.lists_selectors else "name"
    return {"path": path_of, "selector": selector_of, "name": name_of_thing}[form or usual]


def _picked(row: Row, keys: tuple[str, ...]) -> Row:
    wanted = [key for each in keys for key in each.replace(",", " ").split()]
    return {key: row[key] for key in wanted if key in row} if wanted else row


def _give(opened: Opened, names: list[str], *, as_json: bool) -> None:
    if as_json:
        opened.output.give_json(names)
    elif names:
        opened.output.give_text("\n".join(names))
