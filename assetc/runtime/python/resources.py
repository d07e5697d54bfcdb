"""The resources of a run, as a body sees them: `context.resources.api`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assetc.definitions.nearest import and_nearest


class Resources:
    """Attributes by name; an unknown one says which there are."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = dict(values)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") or name not in self._values:
            known = ", ".join(sorted(self._values)) or "none"
            message = f"Unknown resource {name}; there are {known}.{and_nearest(name, self._values)}"
            raise AttributeError(message)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)
