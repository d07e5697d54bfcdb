"""The tables that stand in variables of the code that calls us, which its SQL may read by their names."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FrameType

from assetc.definitions.form import form_of_class
from assetc.runtime.python.sql_text import identifiers_in


def local_frames(sql: str) -> dict[str, object]:
    """Tables in variables of the calling code whose names occur in `sql`; the innermost variable of a name counts."""
    names = identifiers_in(sql)
    found: dict[str, object] = {}
    for frame in _calling_frames():
        for variables in (frame.f_locals, frame.f_globals):
            for name in names.intersection(variables):
                found.setdefault(name, variables[name])
    return {name: value for name, value in found.items() if form_of_class(type(value))}


def _calling_frames() -> Iterator[FrameType]:
    """The frames of the body and what it called, inside out: those between our call of it and its call of us."""
    frame = inspect.currentframe()
    while frame and _is_ours(frame):
        frame = frame.f_back
    while frame and not _is_ours(frame):
        yield frame
        frame = frame.f_back


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("assetc.")
