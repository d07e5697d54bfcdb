"""Reads every macro of a file to report those that are no Jinja, also where nothing calls them."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.template.compile_unit import check_syntax
from assetc.compiler.template.faults import unreadable
from assetc.compiler.template.macros import MacroFile, find_macros
from assetc.compiler.template.refusal import Unreadable


def check_macros(file: MacroFile) -> tuple[Diagnostic, ...]:
    """E130 for each macro of a file that is no Jinja. The answer depends on the content of the file alone."""
    return tuple(_faults(file))


def _faults(file: MacroFile) -> Iterator[Diagnostic]:
    for macro in find_macros(file):
        if macro.block.closed:
            try:
                check_syntax(macro)
            except Unreadable as error:
                yield unreadable(error)
