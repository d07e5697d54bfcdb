"""The values of parameters that are no upstream assets: the context, the connection, resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assetc.definitions.errors import InvariantError
from assetc.definitions.signature import Parameter, Signature
from assetc.runtime.python.body_context import AssetExecutionContext
from assetc.runtime.python.resources import Resources


def service_values(
    signature: Signature, taken: Mapping[str, object], context: AssetExecutionContext
) -> dict[str, object]:
    """A value for each parameter that received no upstream and cannot do without one.

    Raises InvariantError (E109) for a parameter that nothing provides.
    """
    return {
        parameter.name: _service(parameter, context)
        for parameter in signature.parameters
        if parameter.name not in taken and not _rests_on_default(parameter, context)
    }


def _rests_on_default(parameter: Parameter, context: AssetExecutionContext) -> bool:
    if parameter.role == "context" or (parameter.role == "connection" and context.has_warehouse):
        return False
    return parameter.has_default and parameter.name not in set(context.resources)


def _service(parameter: Parameter, context: AssetExecutionContext) -> Any:
    resources: Resources = context.resources
    if parameter.name in set(resources):
        return getattr(resources, parameter.name)
    if parameter.role == "context":
        return context
    if parameter.role == "config":
        return context.op_config
    if parameter.role == "connection":
        return context.connection
    if parameter.name in ("log", "logger"):
        return context.log
    if parameter.name == "resources":
        return resources
    message = f"resource with key '{parameter.name}' required by a parameter was not provided"
    raise InvariantError(message, code="E109")
