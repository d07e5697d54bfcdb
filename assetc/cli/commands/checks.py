"""`assetc checks list`: checks, with how they ended the last time."""

from __future__ import annotations

from collections.abc import Mapping

import click

from assetc.cli.opening import find_named, open_project, say_concerning, select_in
from assetc.cli.options.completing import AssetName
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.options.selection_options import with_selection
from assetc.cli.stop import BAD_INPUT
from assetc.cli.target import open_state
from assetc.cli.text.table import give_listing
from assetc.cli.text.words import moment, timestamp
from assetc.cli.wanted import wanted_by
from assetc.compiler.asset import Check
from assetc.compiler.plan import check_id
from assetc.compiler.selection.request import SelectionRequest
from assetc.runtime.state.records import CheckResult
from assetc.runtime.workspace import identity_of

SHOWN = ("name", "asset", "severity", "status", "failures", "at", "place")


@click.group("checks")
def command() -> None:
    """List checks."""


@command_named("list")
@with_selection
@click.option("--asset", type=AssetName(), metavar="NAME", help="Only those that read this asset.")
@click.option("--json", "as_json", is_flag=True, help="Print rows of JSON.")
def _list(invocation: Invocation, selection: SelectionRequest, asset: str | None, as_json: bool) -> int:
    """List checks, with how they ended the last time in this target."""
    opened = open_project(invocation)
    selected = select_in(opened, selection)
    obstacles = say_concerning(opened, wanted_by("test", selected, selection, opened.workspace))
    with open_state(opened) as state:
        results = state.check_results(identity_of(opened.workspace))
    key = None if asset is None else find_named(opened, asset)
    checks = [check for check in opened.workspace.graph.checks.values() if check.id in selected.nodes]
    checks = [check for check in checks if key is None or key in check.assets]
    rows = [_row(check, results) for check in sorted(checks, key=lambda check: check.id)]
    if as_json:
        opened.output.give_json(rows)
    elif rows:
        give_listing(opened.output, SHOWN, [_shown(row) for row in rows])
    return BAD_INPUT if obstacles else 0


def _shown(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(moment(str(row[name])) if name == "at" and row[name] else row[name] for name in SHOWN)


def _row(check: Check, results: Mapping[str, CheckResult]) -> dict[str, object]:
    result = results.get(check_id(check))
    return {
        "name": check.id.name,
        "asset": str(check.assets[0]) if check.assets else None,
        "severity": check.config.severity.upper(),
        "status": result.status if result else None,
        "passed": result.status == "pass" if result else None,
        "failures": result.failures if result else None,
        "metadata": dict(result.metadata) if result else {},
        "at": timestamp(result.at) if result else None,
        "place": check.span.where,
    }


command.add_command(_list)
