"""The names nearest to one that does not exist, for the hint of an error."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str], count: int = 3) -> str:
    """`Did you mean orders or order_items?`, or "" when nothing is near."""
    return ask_for(nearest(name, known, count))


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The names that are spelled most alike, the nearest first."""
    folded = {other.casefold(): other for other in known}
    return [folded[match] for match in get_close_matches(name.casefold(), folded, n=count, cutoff=0.6)]


def ask_for(near: list[str]) -> str:
    """`Did you mean orders or order_items?`, or "" for no names."""
    if not near:
        return ""
    *head, last = near
    return f"Did you mean {', '.join(head) + ' or ' if head else ''}{last}?"


def and_nearest(name: str, known: Iterable[str]) -> str:
    """` Did you mean orders?`, to be added after a sentence, or ""."""
    near = did_you_mean(name, known)
    return near and f" {near}"
