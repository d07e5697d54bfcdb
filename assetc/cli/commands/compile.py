"""`assetc compile`: the SQL that would run, as files or shown. It needs no connection."""

from __future__ import annotations

from collections.abc import Collection

import click

from assetc.cli.opening import Opened, open_project, select_in, stop_after_all
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.options.selection_options import with_selection
from assetc.cli.stop import BAD_INPUT
from assetc.cli.text.text import Piece, line
from assetc.cli.text.words import plural
from assetc.cli.wanted import all_of
from assetc.compiler.selection.request import Selected, SelectionRequest
from assetc.definitions.key import AssetKey
from assetc.runtime.written_files import WrittenFiles, path_of_check


@command_named("compile")
@with_selection
@click.option("--full-refresh", "-f", is_flag=True, help="As if incremental models were rebuilt.")
@click.option("--show", is_flag=True, help="Print the statements instead of writing files.")
@click.option("--output", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def command(invocation: Invocation, selection: SelectionRequest, full_refresh: bool, show: bool, form: str) -> int:
    """Compile the selected assets: write the SQL that would run below target/compiled, or print it."""
    opened = open_project(invocation, full_refresh=full_refresh)
    selected = select_in(opened, selection)
    stop_after_all(opened, all_of(selected, selection))
    adding = _adding_rows(opened, selected, full_refresh=full_refresh)
    if form == "json" or show:
        from assetc.cli.compiling import Compiling

        is_all = Compiling.of(opened, adding).give(selected.assets, as_json=form == "json")
    else:
        is_all = _write(opened, selected, adding)
    opened.workspace.close()
    return 0 if is_all else BAD_INPUT


def _adding_rows(opened: Opened, selected: Selected, *, full_refresh: bool) -> frozenset[AssetKey]:
    """The incremental models to whose tables a run would add rows, as far as earlier runs tell."""
    assets = map(opened.workspace.graph.assets.__getitem__, selected.assets)
    wanted = [asset for asset in assets if asset.config.materialization.adds_rows]
    wanted = [asset for asset in wanted if not asset.config.refreshes(asked=full_refresh)]
    if not wanted:
        return frozenset()
    from assetc.cli.compiling import existing_tables

    return existing_tables(opened, wanted)


def _write(opened: Opened, selected: Selected, adding: Collection[AssetKey]) -> bool:
    """One file for each model and check, where dbt puts it; whether the SQL of each is known."""
    workspace = opened.workspace
    target = opened.invocation.target_path or workspace.project.settings.target_path
    folder = workspace.root / target / "compiled" / workspace.project.name
    files = WrittenFiles(workspace, folder)
    models = [asset for key in selected.assets if (asset := workspace.graph.assets[key]).kind == "model"]
    checks = [check for check in workspace.graph.checks.values() if check.id in selected.nodes]
    old_models = [model.key for model in models if not files.is_current(model.path, adding=model.key in adding)]
    old_checks = [check for check in checks if not files.is_current(path_of_check(check))]
    unknown = 0
    if old_models or old_checks:
        from assetc.cli.compiling import Compiling  # not needed when all files are there

        unknown = Compiling.of(opened, adding).write(files, old_models, old_checks)
    count = plural(len(models) + len(checks) - unknown, "file")
    shown = folder.relative_to(workspace.root) if folder.is_relative_to(workspace.root) else folder
    opened.output.say([line(f"{count} below ", Piece(str(shown), "strong"))])
    return not unknown
