"""What definitions need from the outside: resources and IO managers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.nearest import and_nearest
from assetc.definitions.spec import DEFAULT_IO_MANAGER_KEY


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
