"""`assetc orphans`: relations that assetc has built and no asset owns now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

import click
from msgspec import Struct

from assetc.adapters.perform import perform_each
from assetc.adapters.protocol import Existing, Warehouse
from assetc.cli.opening import Opened, open_project, stop_for_errors
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.target import open_state, open_warehouse
from assetc.cli.text.output import Fields
from assetc.cli.text.table import give_rows
from assetc.cli.text.text import Piece, line
from assetc.cli.wanted import ALL, Wanted
from assetc.compiler.names.locate import written_relation
from assetc.compiler.operation import Drop
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.runtime.workspace import Workspace, identity_of

DEFINITIONS = Wanted(unnamed=ALL - {"macros"}, others="in files that assetc orphans does not need")
"""What nobody can name may be the asset of a relation."""


class Orphan(Struct, frozen=True):
    """A relation of an asset that is gone, or lives elsewhere now. `readers` are assets that read it by its name."""

    key: AssetKey
    existing: Existing
    readers: tuple[AssetKey, ...]

    def row(self) -> Fields:
        """The orphan in a listing."""
        return {
            "key": str(self.key),
            "relation": ".".join(self.existing.relation.parts()),
            "kind": self.existing.kind,
            "read_by": ", ".join(map(str, self.readers)),
        }


@command_named("orphans")
@click.option("--drop", is_flag=True, help="Drop those that nothing reads.")
@click.option("--json", "as_json", is_flag=True, help="Print rows of JSON.")
def command(invocation: Invocation, drop: bool, as_json: bool) -> int:
    """List relations of this target that assetc built and no asset owns now. Nothing is dropped unless asked for."""
    opened = open_project(invocation)
    stop_for_errors(opened, DEFINITIONS)
    with open_state(opened) as state, open_warehouse(opened) as warehouse:
        made = state.relations(identity_of(opened.workspace))
        orphans = list(_orphans(opened.workspace, made, warehouse.existing()))
        names = ("asset", "relation", "kind", "read by")
        give_rows(opened.output, names, [orphan.row() for orphan in orphans], as_json=as_json)
        unread = [orphan for orphan in orphans if not orphan.readers]
        if drop:
            _drop(opened, warehouse, unread)
    _tell(opened, len(orphans), len(unread), drop=drop)
    return 0


def _orphans(
    workspace: Workspace, made: Mapping[Relation, AssetKey], existing: tuple[Existing, ...]
) -> Iterator[Orphan]:
    """What we made, what is still there, and what no asset or declared source of the project means."""
    graph, folded = workspace.graph, workspace.adapter.folded
    built = {folded(relation): key for relation, key in made.items()}
    sources = [(source, source.relation) for source in graph.sources.values() if source.relation is not None]
    declared = [relation for source, relation in sources if not source.implicit]
    owned = [asset.relation for asset in graph.assets.values() if asset.relation is not None]
    used = {folded(each) for each in (*declared, *owned, *_written(workspace))}
    undeclared = {folded(relation): source.key for source, relation in sources if source.implicit}
    for each in sorted(existing, key=lambda each: each.relation.parts()):
        relation = folded(each.relation)
        if relation in built and relation not in used:
            readers = graph.downstream[undeclared[relation]] if relation in undeclared else ()
            yield Orphan(built[relation], each, readers)


def _written(workspace: Workspace) -> Iterator[Relation]:
    """The relations that bodies of Python assets create."""
    project = workspace.project
    return (written_relation(project.settings, project.target, parts) for _, parts in workspace.compilation.written)


def _drop(opened: Opened, warehouse: Warehouse, orphans: list[Orphan]) -> None:
    """Drop them, views first: they may read the tables."""
    views_first = sorted((orphan.existing for orphan in orphans), key=lambda existing: existing.kind == "table")
    with closing(warehouse.session()) as session:
        drops = (Drop(existing.relation, existing.kind) for existing in views_first)
        perform_each(drops, opened.workspace.adapter.render, session)


def _tell(opened: Opened, count: int, unread: int, *, drop: bool) -> None:
    if not count:
        opened.output.say([line("no relation is without an asset")])
    elif drop:
        kept = f"; {count - unread} kept, because it is still read" if count > unread else ""
        opened.output.say([line(f"{unread} dropped{kept}")])
    elif unread:
        opened.output.say([line("drop them with: ", Piece("assetc orphans --drop", "accent"))])
