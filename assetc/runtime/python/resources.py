"""The resources of a run, as a body sees them, and which of those that definitions need are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.nearest import and_nearest
from assetc.definitions.spec import DEFAULT_IO_MANAGER_KEY


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


def check_requirements(definitions: Iterable[AssetsDefinition], resources: Mapping[str, object]) -> None:
    """Raise InvalidDefinitionError (E109) that names every resource and IO manager that is not given."""
    problems: list[str] = []
    for definition in definitions:
        problems += missing_resources(definition, resources)
        problems += _missing_managers(definition, resources)
    if problems:
        raise InvalidDefinitionError("\n".join(problems), code="E109")


def missing_resources(definition: AssetsDefinition, resources: Mapping[str, object]) -> Iterable[str]:
    """A phrase for each resource that a definition requires and nothing provides."""
    for key in sorted(definition.required_resource_keys):
        if key not in resources:
            yield (
                f"resource with key '{key}' required by '{definition.node_name}' ({definition.place}) "
                f"was not provided.{and_nearest(key, resources)}"
            )


def _missing_managers(definition: AssetsDefinition, resources: Mapping[str, object]) -> Iterable[str]:
    for output in definition.outputs:
        key = output.spec.io_manager_key
        if key != DEFAULT_IO_MANAGER_KEY and key not in resources:
            yield (
                f"io manager with key '{key}' required by output \"{output.name}\" of '{definition.node_name}' "
                f"({definition.place}) was not provided.{and_nearest(key, resources)}"
            )
