"""`assetc show`: rows of an asset, of a check, or of a query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import click
from msgspec import Struct

from assetc.adapters.protocol import Session, WarehouseError
from assetc.cli.listing import name_of_thing
from assetc.cli.opening import Opened, checks_named, find_named, keys_named, open_project, select_in, stop_for_errors
from assetc.cli.options.completing import AssetName
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.options.selection_options import with_selection
from assetc.cli.rows_query import Rows, inline_rows, is_built, limited, rows_query
from assetc.cli.stop import BAD_INPUT, FAILED, Stopped
from assetc.cli.target import open_state, open_warehouse
from assetc.cli.text.table import Table, give_table
from assetc.cli.text.text import Piece, line
from assetc.cli.text.words import plural
from assetc.cli.wanted import Wanted
from assetc.compiler.asset import Asset, Check, Graph, Source
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.graph import order
from assetc.compiler.planning.staleness import ValueKind
from assetc.compiler.selection.members import Selectable
from assetc.compiler.selection.request import Selected, SelectionRequest
from assetc.definitions.key import AssetKey
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.execution.work import StepFailed
from assetc.runtime.run_project import state_path
from assetc.runtime.steps.missing_relation import how_to_make, stored_in
from assetc.runtime.steps.warehouse_fault import failed_query
from assetc.runtime.workspace import identity_of


class ShowRequest(Struct, frozen=True):
    """What to show, how many rows, and how: `text`, or dbt's `json`, or one list of rows (`as_json`)."""

    selection: SelectionRequest
    name: str | None
    inline: str | None
    limit: int
    output: str
    as_json: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for."""
        asked = self.selection.select or self.selection.exclude or self.selection.selector
        return self.name is None and self.inline is None and not asked


@command_named("show")
@click.argument("name", type=AssetName(), required=False)
@with_selection
@click.option("--inline", metavar="SQL", help="Show the rows of this query, which is a template like a model.")
@click.option("--limit", default=5, help="How many rows; -1 for all.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as one JSON list.")
def command(invocation: Invocation, **options: Any) -> int:
    """Show rows of the asset or check NAME, of what is selected, or of a query."""
    request = ShowRequest(**options)
    if request.is_empty:
        raise click.UsageError("say what to show: a name, --select, or --inline")
    opened = open_project(invocation)
    compiler = SqlCompiler.of(opened.workspace)
    wanted = _wanted(opened, request)
    with open_warehouse(opened) as warehouse:
        session, existing = warehouse.session(), warehouse.existing()
        if request.inline is not None:
            _give(opened, "", inline_rows(opened, compiler, session, request.inline, request.limit), request)
        things = tuple(_things(wanted, opened.workspace.graph))
        unbuilt = (each.key for each in things if isinstance(each, Asset) and not is_built(each, compiler, existing))
        # A table that exists can be shown whatever its model says now; what is computed now must be right.
        stop_for_errors(opened, _computed(unbuilt, wanted))
        for thing in things:
            try:
                query = rows_query(thing, compiler, session, existing)
            except StepFailed as failed:
                raise opened.stopped(failed.diagnostic, FAILED) from failed
            if query is None:
                raise opened.stopped(_without_rows(opened, thing))
            rows = _rows(opened, thing, limited(query, request.limit), session)
            _give(opened, name_of_thing(thing), rows, request)
    opened.workspace.close()
    return 0


def _computed(unbuilt: Iterable[AssetKey], wanted: Selected) -> Wanted:
    return Wanted(frozenset(unbuilt), wanted.nodes, others="in files that assetc show does not need")


def _rows(opened: Opened, thing: Selectable, query: str, session: Session) -> Rows:
    """The rows of a query of something; when the warehouse refuses it, says why and stops."""
    try:
        return session.query(query)
    except WarehouseError as error:
        graph = opened.workspace.graph
        fault = failed_query(error, query, stored_in(graph, graph.upstream), thing.span)
        raise opened.stopped(fault, FAILED) from error


def _without_rows(opened: Opened, thing: Selectable) -> Diagnostic:
    name, made = name_of_thing(thing), _made(opened, thing) if isinstance(thing, Asset) else None
    if isinstance(thing, Source):
        hint = f"""Look into it with: assetc show --inline "from '{thing.file}'\""""
    elif made == "none":
        hint = "Its function returned nothing when it ran: there is nothing to store"
    elif isinstance(thing, Asset) and (made == "object" or thing.relation is None):
        hint = f'Its value is a Python object; read it with Definitions([{thing.key.name}]).load_asset_value("{name}")'
    else:
        hint = "" if isinstance(thing, Check) else how_to_make(thing, thing.key)
    return diagnostic("E167", f"{name} has no rows to show", thing.span, hint=hint)


def _made(opened: Opened, asset: Asset) -> ValueKind | None:
    """What the last run made of a Python asset in this target."""
    if asset.kind != "python" or not state_path(opened.workspace.root).exists():
        return None
    with open_state(opened) as state:
        recorded = state.recorded(identity_of(opened.workspace), (asset.key,)).get(asset.key)
    return recorded.kind if recorded else None


def _wanted(opened: Opened, request: ShowRequest) -> Selected:
    """What is to be shown: the asset or check of that name, or the selection."""
    graph, name = opened.workspace.graph, request.name
    if request.inline is not None:
        return Selected()
    if name is None:
        selected = select_in(opened, request.selection)
        assets = selected.assets or selected.sources
        selected = Selected(assets=assets, nodes=frozenset() if assets else selected.nodes)
    elif not keys_named(graph, name) and (checks := checks_named(graph, name)):
        selected = Selected(nodes=checks)
    else:
        return Selected(assets=frozenset((find_named(opened, name),)))
    if not selected:
        raise Stopped(BAD_INPUT)
    return selected


def _things(wanted: Selected, graph: Graph) -> Iterator[Selectable]:
    """What is to be shown, upstream first."""
    for key in order(graph, wanted.assets):
        yield graph.assets.get(key) or graph.sources[key]
    yield from (check for check in graph.checks.values() if check.id in wanted.nodes)


def _give(opened: Opened, title: str, found: Rows, request: ShowRequest) -> None:
    """The rows as a table; in dbt's JSON, or as a list of mappings."""
    names, rows = found
    mappings = [dict(zip(names, row, strict=True)) for row in rows]
    if request.as_json:
        opened.output.give_json(mappings)
    elif request.output == "json":
        opened.output.give_json({"node": title or "inline_query", "show": mappings})
    else:
        heading = [line(Piece(title, "strong"))] if title else []
        opened.output.give(heading)
        give_table(opened.output, Table(tuple(names), rows, missing="NULL"))
        if len(rows) == request.limit:
            note = f"no more than {plural(request.limit, 'row')}; --limit -1 shows all"
            opened.output.say([line(Piece(note, "quiet"))])
