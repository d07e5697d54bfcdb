"""The warehouses that one run works on."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing

from assetc.adapters.protocol import ParsedOutput, Warehouse


class Connections(Mapping[str, Warehouse]):
    """Warehouses by the names of their connections; those that are not open are when asked for, until `close`."""

    def __init__(self, opened: Mapping[str, Warehouse], outputs: Mapping[str, ParsedOutput]) -> None:
        self._opened = dict(opened)
        self._outputs = outputs
        self._lock = threading.Lock()
        self._closing = ExitStack()

    def __getitem__(self, name: str) -> Warehouse:
        """The warehouse of a connection. Raises WarehouseError."""
        with self._lock:
            if name not in self._opened:
                self._opened[name] = self._closing.enter_context(closing(self._outputs[name].connect()))
            return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        yield from {**self._opened, **self._outputs}

    def __len__(self) -> int:
        return len({**self._opened, **self._outputs})

    def close(self) -> None:
        """Close what was opened here, each even if another cannot be closed."""
        self._closing.close()
