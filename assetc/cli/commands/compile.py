"""`assetc compile`: the SQL that would run, as files or shown. It needs no connection."""

from __future__ import annotations

from pathlib import Path

import click

from assetc.cli.invocation import Invocation
from assetc.cli.json_text import encoded
from assetc.cli.listing import unique_id
from assetc.cli.opening import BAD_INPUT, Opened, open_project, stop_for_errors, take
from assetc.cli.options import command_named
from assetc.cli.selection_options import with_selection
from assetc.cli.statements import check_text, statements_of
from assetc.cli.text import Piece, line
from assetc.cli.words import plural
from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.graph import order
from assetc.compiler.selection.request import Selected, SelectionRequest
from assetc.runtime.compiled_sql import SqlCompiler


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
    compiler = SqlCompiler.of(opened.workspace)
    keys = order(opened.workspace.graph, selected.assets)
    selected_assets = [opened.workspace.graph.assets[key] for key in keys]
    assets = [asset for asset in selected_assets if not compiler.needs_warehouse(asset)]
    opened.say(_unknown_before_the_run(asset) for asset in selected_assets if asset not in assets)
    if form == "json":
        _give_json(opened, assets, compiler)
    elif show:
        for asset in assets:
            _give_statements(opened, asset, compiler, full_refresh=full_refresh)
    else:
        _write(opened, assets, selected, compiler)
    opened.workspace.close()
    return 0 if len(assets) == len(selected_assets) else BAD_INPUT


def _unknown_before_the_run(asset: Asset) -> Diagnostic:
    message = f"the SQL of {asset.key} depends on what the warehouse answers"
    return diagnostic("E131", message, asset.span, hint=f"It is known while it runs: assetc run --select {asset.key}")


def _give_json(opened: Opened, assets: list[Asset], compiler: SqlCompiler) -> None:
    """dbt's form: the SQL of each node."""
    project = opened.workspace.project.name
    for asset in assets:
        if asset.kind == "model":
            sql = compiler.model(asset, incremental=False).sql
            opened.output.give_text(encoded({"node": unique_id(asset, project), "compiled": sql}))


def _give_statements(opened: Opened, asset: Asset, compiler: SqlCompiler, *, full_refresh: bool) -> None:
    output = opened.output
    statements = statements_of(asset, compiler, full_refresh=full_refresh)
    output.give([line(Piece(f"-- {asset.key}  {asset.span.where}", "quiet"))])
    if not statements:
        why = "its body decides" if asset.kind == "python" else "nothing to execute"
        output.give([line(Piece(f"-- {asset.config.materialized}: {why}", "quiet"))])
    for statement in statements:
        output.give_text(f"{statement.strip().rstrip(';')};")
    output.give([()])


def _write(opened: Opened, assets: list[Asset], selected: Selected, compiler: SqlCompiler) -> None:
    """One file for each model and check, where dbt puts it."""
    workspace = opened.workspace
    target = opened.invocation.target_path or workspace.project.settings.target_path
    folder = workspace.root / target / "compiled" / workspace.project.name
    texts = {asset.path: compiler.model(asset, incremental=False).sql for asset in assets if asset.kind == "model"}
    texts |= {
        f"checks/{check.name}.sql": check_text(check, compiler)
        for check in workspace.graph.checks
        if check.name in selected.checks
    }
    for path, text in texts.items():
        _write_text(folder / path, opened.output.masked(text))
    shown = folder.relative_to(workspace.root) if folder.is_relative_to(workspace.root) else folder
    opened.output.say([line(f"{plural(len(texts), 'file')} below ", Piece(str(shown), "strong"))])


def _write_text(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
