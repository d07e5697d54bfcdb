"""What definitions need from the outside: resources and IO managers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.nearest import did_you_mean
from assetc.definitions.spec import DEFAULT_IO_MANAGER_KEY
from assetc.runtime.python.wiring import WiredStep


def check_requirements(steps: Iterable[WiredStep], resources: Mapping[str, object]) -> None:
    """Raise InvalidDefinitionError (E109) that names every resource and IO manager that is not given."""
    problems = [problem for step in steps for problem in _problems(step.definition, resources)]
    if problems:
        raise InvalidDefinitionError("\n".join(problems), code="E109")


def _problems(definition: AssetsDefinition, resources: Mapping[str, object]) -> Iterable[str]:
    for key in sorted(definition.required_resource_keys):
        if key not in resources:
            yield (
                f"resource with key '{key}' required by '{definition.node_name}' ({definition.place}) "
                f"was not provided.{did_you_mean(key, resources)}"
            )
    for output in definition.outputs:
        key = output.spec.io_manager_key
        if key != DEFAULT_IO_MANAGER_KEY and key not in resources:
            yield (
                f"io manager with key '{key}' required by output \"{output.name}\" of '{definition.node_name}' "
                f"({definition.place}) was not provided.{did_you_mean(key, resources)}"
            )
