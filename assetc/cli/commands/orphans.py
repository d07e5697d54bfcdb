"""`assetc orphans`: relations that assetc has built and whose asset is gone."""

from __future__ import annotations

from collections.abc import Iterator

import click

from assetc.adapters.protocol import Existing
from assetc.cli.invocation import Invocation
from assetc.cli.json_text import encoded
from assetc.cli.opening import Opened, open_project
from assetc.cli.options import command_named
from assetc.cli.table import table_lines
from assetc.cli.target import open_state, open_warehouse
from assetc.cli.text import Piece, line
from assetc.compiler.operation import Drop
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.run_project import identity_of


@command_named("orphans")
@click.option("--drop", is_flag=True, help="Drop them.")
@click.option("--json", "as_json", is_flag=True, help="Print rows of JSON.")
def command(invocation: Invocation, drop: bool, as_json: bool) -> int:  # noqa: FBT001
    """List relations of this target that assetc built and whose asset is gone. Nothing is dropped unless asked for."""
    opened = open_project(invocation)
    opened.stop_for(opened.workspace.diagnostics)
    with open_state(opened) as state:
        recorded = state.recorded(identity_of(opened.workspace))
    built = {record.relation: key for key, record in recorded.items() if record.relation is not None}
    with open_warehouse(opened) as warehouse:
        orphans = list(_orphans(opened, built, warehouse.existing()))
        rows = [(str(built[each.relation]), ".".join(each.relation.parts()), each.kind) for each in orphans]
        if as_json:
            opened.output.give_text(encoded([dict(zip(("key", "relation", "kind"), row, strict=True)) for row in rows]))
        elif rows:
            opened.output.give(table_lines(("asset", "relation", "kind"), rows))
        if drop:
            session = warehouse.session()
            for each in orphans:
                for statement in opened.workspace.adapter.render(Drop(each.relation, each.kind)):
                    session.execute(statement)
    _tell(opened, len(orphans), drop=drop)
    return 0


def _orphans(opened: Opened, built: dict[Relation, AssetKey], existing: tuple[Existing, ...]) -> Iterator[Existing]:
    """What we built, what is still there, and what no asset or source of the project means."""
    graph = opened.workspace.graph
    used = {asset.relation for asset in graph.assets.values()} | {each.relation for each in graph.sources.values()}
    for each in sorted(existing, key=lambda each: each.relation.parts()):
        if each.relation in built and each.relation not in used:
            yield each


def _tell(opened: Opened, count: int, *, drop: bool) -> None:
    if not count:
        opened.output.say([line("no relation is without its asset")])
    elif drop:
        opened.output.say([line(f"{count} dropped")])
    else:
        opened.output.say([line("drop them with: ", Piece("assetc orphans --drop", "accent"))])
