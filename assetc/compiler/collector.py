"""When garbage is collected: not while trees grow, which triples their cost, but tree by tree."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage collection inside but by `drop_trees`; what came to be is there to stay, and counts as old."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            keep_what_is()
            gc.enable()


def keep_what_is() -> None:
    """Let everything that lives now count as old, so that `drop_trees` never looks at it."""
    if not gc.get_freeze_count():  # else somebody froze objects for reasons of their own
        gc.freeze()
        gc.unfreeze()


def drop_trees() -> None:
    """Free the trees made since the last call. After each tree that costs a third of what it costs after twenty."""
    gc.collect(0)
