"""Glob patterns over paths that are known, matched the way pathlib matches them on disk."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def paths_matching(pattern: str, paths: Iterable[str]) -> set[str]:
    """The paths that match; `*` stays inside a segment, `**` spans any number of them."""
    segments = tuple(segment for segment in pattern.split("/") if segment not in ("", "."))
    if pattern.startswith("/") or not segments:
        return set()
    return {path for path in set(paths) if _matches(tuple(path.split("/")), segments)}


def _matches(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether all of the path is matched; `reached` are the positions after each segment of the pattern."""
    reached = {0}
    for segment in pattern:
        if segment == "**":
            reached = set(range(min(reached), len(path) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(path) and fnmatchcase(path[at], segment)}
        if not reached:
            return False
    return len(path) in reached
