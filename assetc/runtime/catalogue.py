"""The target of a command, opened when it is needed: while nobody writes to it, what it holds is remembered."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from msgspec import Struct

from assetc.adapters.protocol import Existing, Holder, Session, Warehouse, WarehouseError
from assetc.definitions.relation import Relation
from assetc.project.memory.encoding import decode, encode
from assetc.runtime.workspace import Workspace, identity_of

KIND = "catalogue"


@contextmanager
def connected(workspace: Workspace) -> Iterator[Warehouse]:
    """The target of a project. It, and everything that is asked of it, raises WarehouseError."""
    target = WarehouseWhenNeeded(workspace)
    try:
        yield target
        target.remember()
    finally:
        target.close()
    target.keep()


class WarehouseWhenNeeded:
    """A warehouse that is opened when it is asked for something that is not remembered."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known = _recalled(workspace)
        self._seen: tuple[Existing, ...] | None = None
        self._opened: Warehouse | None = None
        self._lock = threading.Lock()
        self._owner = threading.current_thread()
        self._others: set[threading.Thread] = set()

    def session(self) -> Session:
        """A session for the calling thread."""
        if threading.current_thread() is not self._owner:
            self._others.add(threading.current_thread())
        return self._warehouse().session()

    def existing(self) -> tuple[Existing, ...]:
        """All relations of the target's databases: those it held when it was closed, if it was not written to since."""
        if self._opened is None and self._is_known():
            return self._known.existing
        return self._warehouse().existing()

    def create_schemas(self, relations: Iterable[Relation]) -> None:
        """Create the schemas of these relations that do not exist."""
        self._warehouse().create_schemas(relations)

    def claim(self) -> bool:
        """Keep other runs off the target, where more than one process can open it: those have no stamp."""
        return (self._opened is None and self._is_known()) or self._warehouse().claim()

    def holder(self) -> Holder | None:
        """Who has claimed the target."""
        return self._warehouse().holder()

    def close(self) -> None:
        """Close the target, if it was opened."""
        if self._opened is not None:
            self._opened.close()

    def remember(self) -> None:
        """Ask for what there is, for the next command, unless a thread that did not stop in time may change it yet."""
        if self._opened is None or self._is_known() or any(thread.is_alive() for thread in self._others):
            return
        with suppress(WarehouseError):
            self._seen = self._opened.existing()

    def keep(self) -> None:
        """Write what there is, with the stamp that the target has now that it is closed."""
        if self._seen is None:
            return
        stamp = self._stamp()
        if stamp is not None:
            cache = self._workspace.opening.cache
            cache.keep(KIND, str(identity_of(self._workspace)), encode(_Known(stamp, self._seen)))
            cache.save()

    def _warehouse(self) -> Warehouse:
        with self._lock:
            if self._opened is None:
                self._opened = self._workspace.connection.output.connect()
            return self._opened

    def _is_known(self) -> bool:
        return self._known.stamp is not None and self._known.stamp == self._stamp()

    def _stamp(self) -> str | None:
        return self._workspace.connection.output.stamp()


class _Known(Struct, frozen=True):
    """What a target held when it had this stamp; no stamp: nothing is known."""

    stamp: str | None = None
    existing: tuple[Existing, ...] = ()


def _recalled(workspace: Workspace) -> _Known:
    kept = workspace.opening.cache.get(KIND, str(identity_of(workspace)))
    return decode(_Known, kept or b"") or _Known()
