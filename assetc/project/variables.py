"""The variables of the command line: `--vars '{start: 2024-01-01}'`."""

from __future__ import annotations

from collections.abc import Mapping

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.rules import DBT
from assetc.project.documents.written import WrittenMapping, plain
from assetc.project.documents.yaml_positions import read_yaml

SHOWN_AS = "--vars"


def read_variables(text: str) -> tuple[Mapping[str, object], tuple[Diagnostic, ...]]:
    """The variables that a YAML text gives. Never raises."""
    file = read_yaml(SHOWN_AS, text, DBT)
    if file.content is None:
        return {}, file.problems
    if not isinstance(file.content, WrittenMapping):
        message = "--vars must be a mapping"
        return {}, (diagnostic("E126", message, file.content.span, hint="Write it as --vars 'name: value'"),)
    return {pair.key: plain(pair.value) for pair in file.content.pairs}, file.problems
