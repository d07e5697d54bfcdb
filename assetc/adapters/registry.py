"""Finds the adapter of a profile's output by its `type`: a built-in one, or one that a package publishes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from assetc.compiler.diagnostic import did_you_mean

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from assetc.adapters.protocol import Adapter

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {"duckdb": "assetc.adapters.duckdb.adapter", "postgres": "assetc.adapters.postgres.adapter"}
)
"""The module of each adapter; its attribute `adapter` is the adapter."""

ENTRY_POINTS = "assetc.adapters"


class UnknownAdapter(Exception):  # noqa: N818  named like what the user sees
    """No adapter has this name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no adapter `{name}`")
        self.hint = did_you_mean(name, known) or f"Installed are {', '.join(known)}"


def adapter_names() -> tuple[str, ...]:
    """The names of all adapters that are installed, the built-in ones first."""
    published = sorted(entry.name for entry in _published())
    return (*BUILT_IN, *(name for name in published if name not in BUILT_IN))


def find_adapter(name: str) -> Adapter:
    """The adapter for a `type`. Raises UnknownAdapter."""
    if name in BUILT_IN:
        return cast("Adapter", import_module(BUILT_IN[name]).adapter)
    for entry in _published():
        if entry.name == name:
            return cast("Adapter", entry.load())
    raise UnknownAdapter(name, adapter_names())


def _published() -> tuple[EntryPoint, ...]:
    """The adapters that other packages publish. Asking for them is slow, and no built-in adapter needs it."""
    from importlib.metadata import entry_points

    return tuple(entry_points(group=ENTRY_POINTS))
