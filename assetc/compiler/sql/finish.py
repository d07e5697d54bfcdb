"""Sorts what was found by its position in the text."""

from __future__ import annotations

from assetc.compiler.reference import Reference
from assetc.compiler.sql.reading import ColumnPrefix
from assetc.compiler.sql.script_state import ScriptState


def finish(script: ScriptState) -> tuple[tuple[Reference, ...], tuple[ColumnPrefix, ...]]:
    """The references by position, each once, those without a position last; the prefixes with the new numbers."""
    numbers: dict[tuple[object, ...], int] = {}
    ordered: list[Reference] = []
    moved: dict[int, int] = {}
    found = sorted(enumerate(script.references), key=lambda item: item[1].start if item[1].start >= 0 else 1 << 60)
    for old, reference in found:
        key = (reference.kind, reference.parts, reference.start)
        if key not in numbers:
            numbers[key] = len(ordered)
            ordered.append(reference)
        moved[old] = numbers[key]
    prefixes = {ColumnPrefix(moved[item.reference], item.start, item.end) for item in script.prefixes}
    return tuple(ordered), tuple(sorted(prefixes, key=lambda item: item.start))
