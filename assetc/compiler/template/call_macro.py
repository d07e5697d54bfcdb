"""Calls a macro from Python, with values: the one way for whatever dbt leaves to a macro."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.template.asking import Act, Ask
from assetc.compiler.template.rendered import LogLine, Read
from assetc.compiler.template.surroundings import Surroundings

Arguments: TypeAlias = Mapping[str, object] | tuple[object, ...]
"""The arguments of a macro, by name or by position."""


class Called(Struct, frozen=True):
    """What a macro gave: the text that it wrote, or the `value` that it returned, of which `text` is the text."""

    text: str = ""
    value: object = None
    reads: tuple[Read, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    logs: tuple[LogLine, ...] = ()


def call_macro(name: str, arguments: Arguments, around: Surroundings, ask: Ask | Act) -> Called:
    """Call the macro that the name is dispatched to. Never raises."""
    from assetc.compiler.template.jinja import call_by_jinja

    value, text, found = call_by_jinja(name, arguments, around, ask)
    return Called(text, value, found.reads, found.problems, found.logs)
