"""`assetc compile`: the SQL that would run, as files or shown. It needs no connection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import click
from msgspec import Struct

from assetc.adapters.protocol import Refused
from assetc.cli.invocation import Invocation
from assetc.cli.json_text import encoded
from assetc.cli.listing import unique_id
from assetc.cli.opening import BAD_INPUT, Opened, open_project, stop_for_errors, take
from assetc.cli.options import command_named
from assetc.cli.selection_options import with_selection
from assetc.cli.statements import LATER, check_text, statements_of
from assetc.cli.target import open_state
from assetc.cli.text import Piece, line
from assetc.cli.words import plural
from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.graph import order
from assetc.compiler.operation import RelationKind
from assetc.compiler.selection.request import Selected, SelectionRequest
from assetc.compiler.standing import standing
from assetc.definitions.key import AssetKey
from assetc.runtime.compiled_sql import SqlCompiler
from assetc.runtime.run_project import state_path
from assetc.runtime.workspace import identity_of


@command_named("compile")
@with_selection
@click.option("--full-refresh", "-f", is_flag=True, help="As if incremental models were built anew.")
@click.option("--show", is_flag=True, help="Print the statements in place of writing files.")
@click.option("--output", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def command(
    invocation: Invocation,
    selection: SelectionRequest,
    full_refresh: bool,  # noqa: FBT001
    show: bool,  # noqa: FBT001
    form: str,
) -> int:
    """Compile the selected assets: write the SQL that would run below target/compiled, or print it."""
    opened = open_project(invocation, full_refresh=full_refresh)
    selected = take(opened, selection)
    stop_for_errors(opened, selected, selection)
    keys = order(opened.workspace.graph, selected.assets)
    selected_assets = [opened.workspace.graph.assets[key] for key in keys]
    compiling = _Compiling(opened, SqlCompiler.of(opened.workspace), _standing(opened, selected_assets), full_refresh)
    assets = [asset for asset in selected_assets if not compiling.compiler.needs_warehouse(asset)]
    opened.say(_unknown_before_the_run(asset) for asset in selected_assets if asset not in assets)
    if form == "json":
        compiling.give_json(assets)
    elif show:
        for asset in assets:
            compiling.give_statements(asset)
    else:
        compiling.write(assets, selected)
    opened.workspace.close()
    return 0 if len(assets) == len(selected_assets) else BAD_INPUT


def _unknown_before_the_run(asset: Asset) -> Diagnostic:
    message = f"the SQL of {asset.key} depends on what the warehouse answers"
    return diagnostic("E131", message, asset.span, hint=f"It is known while it runs: assetc run --select {asset.key}")


def _standing(opened: Opened, assets: Iterable[Asset]) -> Mapping[AssetKey, RelationKind | None]:
    """What earlier runs left at the relations of the incremental models: it decides which SQL would run."""
    wanted = [asset for asset in assets if asset.config.materialized == "incremental"]
    if not wanted or not state_path(opened.workspace.root).exists():
        return {}
    with open_state(opened) as state:
        recorded = state.recorded(identity_of(opened.workspace))
    return {asset.key: standing(asset, recorded.get(asset.key), None) for asset in wanted}


class _Compiling(Struct, frozen=True):
    """What is compiled, and what is known to stand in the target."""

    opened: Opened
    compiler: SqlCompiler
    stands: Mapping[AssetKey, RelationKind | None]
    full_refresh: bool

    def is_incremental(self, asset: Asset) -> bool:
        """Whether the SQL is that of a build that adds rows."""
        return self.stands.get(asset.key) == "table" and not asset.config.refreshes(asked=self.full_refresh)

    def sql_of(self, asset: Asset) -> str:
        """The SQL of a model."""
        return self.compiler.model(asset, incremental=self.is_incremental(asset)).sql

    def give_json(self, assets: list[Asset]) -> None:
        """dbt's form: the SQL of each node."""
        project = self.opened.workspace.project.name
        for asset in assets:
            if asset.kind == "model":
                fields = {"node": unique_id(asset, project), "compiled": self.sql_of(asset)}
                self.opened.output.give_text(encoded(fields))

    def give_statements(self, asset: Asset) -> None:
        """The statements that would build an asset."""
        output, incremental = self.opened.output, self.is_incremental(asset)
        try:
            statements = statements_of(asset, self.compiler, "table" if incremental else None)
        except Refused as refused:
            self.opened.stop_for([refused.diagnostic])
            return
        output.give([line(Piece(f"-- {asset.key}  {asset.span.where}", "quiet"))])
        if not statements:
            why = "its body decides" if asset.kind == "python" else "nothing to execute"
            output.give([line(Piece(f"-- {asset.config.materialized}: {why}", "quiet"))])
        for statement in statements:
            output.give_text(statement if statement == LATER else f"{statement.strip().rstrip(';')};")
        output.give([()])

    def write(self, assets: list[Asset], selected: Selected) -> None:
        """One file for each model and check, where dbt puts it."""
        workspace = self.opened.workspace
        target = self.opened.invocation.target_path or workspace.project.settings.target_path
        folder = workspace.root / target / "compiled" / workspace.project.name
        texts = {asset.path: self.sql_of(asset) for asset in assets if asset.kind == "model"}
        texts |= {
            f"checks/{check.name}.sql": check_text(check, self.compiler)
            for check in workspace.graph.checks
            if check.name in selected.checks
        }
        for path, text in texts.items():
            _write_text(folder / path, self.opened.output.masked(text))
        shown = folder.relative_to(workspace.root) if folder.is_relative_to(workspace.root) else folder
        self.opened.output.say([line(f"{plural(len(texts), 'file')} below ", Piece(str(shown), "strong"))])


def _write_text(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
