"""The target of an open project: its warehouse and its state, and what is said when they cannot be opened.

While it is open the project's folder is the current one: relative paths in SQL and in Python bodies count from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir, closing, contextmanager

from assetc.adapters.protocol import Holder, Warehouse, WarehouseError
from assetc.cli.opening import Opened
from assetc.cli.stop import FAILED
from assetc.cli.text.text import line
from assetc.compiler.diagnostic import diagnostic
from assetc.runtime import run_project
from assetc.runtime.catalogue import connected
from assetc.runtime.lock import TargetHeld
from assetc.runtime.run_project import HeldTarget
from assetc.runtime.state.connection import StateError
from assetc.runtime.state.sqlite import State


@contextmanager
def open_warehouse(opened: Opened) -> Iterator[Warehouse]:
    """The warehouse of the target. When it cannot be opened, or a statement fails, says why and stops."""
    with _stopping_for_faults(opened), chdir(opened.workspace.root), connected(opened.workspace) as warehouse:
        yield warehouse


@contextmanager
def open_state(opened: Opened) -> Iterator[State]:
    """What is remembered of earlier runs. When it cannot be read, says why and stops."""
    with _stopping_for_faults(opened), closing(run_project.open_state(opened.workspace)) as state:
        yield state


@contextmanager
def hold_target(opened: Opened) -> Iterator[HeldTarget]:
    """The target, for a run: another run of this project on it has to end first."""

    def say(holder: Holder | None) -> None:
        who = f" ({holder})" if holder else ""
        opened.output.say([line(f"waiting for another run on this target{who}")])

    workspace = opened.workspace
    with _stopping_for_faults(opened), chdir(workspace.root), run_project.hold_target(workspace, say) as target:
        yield target


@contextmanager
def _stopping_for_faults(opened: Opened) -> Iterator[None]:
    """Say what is wrong with the target or its state, and stop."""
    try:
        yield
    except WarehouseError as error:
        place = opened.workspace.connection.place
        fault = diagnostic("E164", error.message.strip().rstrip("."), place, hint=error.hint)
        raise opened.stopped(fault, FAILED) from error
    except TargetHeld as held:
        raise opened.stopped(held.diagnostic, FAILED) from held
    except StateError as error:
        raise opened.stopped(error.diagnostic) from error
