"""The target of an open project: its identity, its warehouse, its state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from assetc.adapters.protocol import Identity, Warehouse, WarehouseError
from assetc.cli.opening import BAD_INPUT, Opened
from assetc.cli.stop import Stopped
from assetc.compiler.diagnostic import diagnostic
from assetc.runtime.state.protocol import State, StateError
from assetc.runtime.state.sqlite import SqliteState

FAILED = 1

STATE_FILE = "state.sqlite"


def identity_of(opened: Opened) -> Identity:
    """Which warehouse the target is."""
    workspace = opened.workspace
    return workspace.adapter.identity(workspace.connection.fields, workspace.project.root)


@contextmanager
def open_warehouse(opened: Opened) -> Iterator[Warehouse]:
    """The warehouse of the target. When it cannot be opened, or a statement fails, says why and stops."""
    workspace = opened.workspace
    try:
        warehouse = workspace.adapter.connect(workspace.connection.fields, workspace.project.root)
        try:
            yield warehouse
        finally:
            warehouse.close()
    except WarehouseError as error:
        opened.say([diagnostic("E164", error.message, hint=error.hint)])
        raise Stopped(FAILED) from error


@contextmanager
def open_state(opened: Opened) -> Iterator[State]:
    """What is remembered of earlier runs. When it cannot be read, says why and stops."""
    try:
        state = SqliteState(opened.workspace.root / ".assetc" / STATE_FILE)
        try:
            yield state
        finally:
            state.close()
    except StateError as error:
        opened.say([error.diagnostic])
        raise Stopped(BAD_INPUT) from error
