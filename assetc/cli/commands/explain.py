"""`assetc explain`: what a code means, what an asset is, why one asset needs another."""

from __future__ import annotations

import re
from importlib.resources import files

import click

from assetc.cli.asset_details import edge_lines, edge_row, give_details, way_between
from assetc.cli.opening import find_named, open_project, say_of
from assetc.cli.options.completing import AssetName
from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.stop import BAD_INPUT
from assetc.cli.text.output import output_of, say_problems
from assetc.cli.text.text import line
from assetc.compiler.diagnostic import diagnostic, did_you_mean


@command_named("explain")
@click.argument("what", type=AssetName())
@click.argument("other", type=AssetName(), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(invocation: Invocation, what: str, other: str | None, as_json: bool) -> int:
    """Explain a code (E115), an asset (orders), or why one of two assets needs the other (orders customers)."""
    if other is None and is_code(what):
        return _explain_code(invocation, what)
    opened = open_project(invocation)
    graph, output = opened.workspace.graph, opened.output
    key = find_named(opened, what)
    keys = (key,) if other is None else (key, find_named(opened, other))
    say_of(opened, *keys)
    if other is None:
        give_details(output, graph, key, as_json=as_json)
        return 0
    edges = way_between(graph, *keys)
    if as_json:
        output.give_json(list(map(edge_row, edges)))
    else:
        output.give(edge_lines(edges) if edges else [line(f"neither of {what} and {other} needs the other")])
    return 0


def _explain_code(invocation: Invocation, code: str) -> int:
    output = output_of(invocation)
    page = page_of(code)
    if page is not None:
        output.give_text(page)
        return 0
    known = known_codes()
    hint = did_you_mean(code.upper(), known) or "The codes stand in the brackets of an error: error[E115]"
    say_problems(output, [diagnostic("E115", f"no page explains {code!r}", hint=hint)], lambda path: None)
    return BAD_INPUT


CODE = re.compile(r"[EWN]\d{3}", re.IGNORECASE)


def is_code(text: str) -> bool:
    """Whether a word is the code of a diagnostic."""
    return CODE.fullmatch(text) is not None


def page_of(code: str) -> str | None:
    """The text of a code's page."""
    page = files("assetc") / "errors" / f"{code.upper()}.md"
    return page.read_text(encoding="utf-8") if page.is_file() else None


def known_codes() -> tuple[str, ...]:
    """All codes that have a page."""
    folder = files("assetc") / "errors"
    names = (page.name.removesuffix(".md") for page in folder.iterdir() if page.name.endswith(".md"))
    return tuple(sorted(filter(is_code, names)))
