"""Faults by their owners: the pass that found them, and the text that it found them for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from assetc.compiler.compilation import Owner
from assetc.compiler.diagnostic import Diagnostic, Faults
from assetc.compiler.text_id import TextId


def faults_after(
    before: Mapping[Owner, tuple[Diagnostic, ...]],
    found: Mapping[str, Faults],
    dirty: Collection[TextId],
    unreadable: Mapping[str, Diagnostic],
) -> dict[Owner, tuple[Diagnostic, ...]]:
    """All faults, now that these were found: each pass takes back what it said before of a text that it looked at.

    For a file that cannot be read that is the one thing to say about it.
    """
    now = {(name, text): problems for name, faults in found.items() for text, problems in faults.items()}
    opened = {("open", text): tuple(_of_file(unreadable, text)) for text in dirty}
    faults = {**before, **now}
    if unreadable:
        faults = {owner: _elsewhere(problems, unreadable) for owner, problems in faults.items()}
    return {owner: problems for owner, problems in (faults | opened).items() if problems}


def _of_file(unreadable: Mapping[str, Diagnostic], text: TextId) -> Iterator[Diagnostic]:
    if text.path in unreadable:
        yield unreadable[text.path]


def _elsewhere(problems: tuple[Diagnostic, ...], paths: Collection[str]) -> tuple[Diagnostic, ...]:
    return tuple(problem for problem in problems if problem.span is None or problem.span.path not in paths)
