"""Calling an asset like a function: `complex_asset([1, 2])` in a test."""

from __future__ import annotations

from collections.abc import Mapping

from assetc.definitions.errors import InvalidInvocationError
from assetc.definitions.signature import Body, Parameter, Signature


def invoke(
    name: str, body: Body, signature: Signature, arguments: tuple[object, ...], keywords: Mapping[str, object]
) -> object:
    """What the body returns for these arguments. Raises InvalidInvocationError if they do not fit."""
    context = signature.parameter("context")
    if context and not arguments and context.name not in keywords and not context.has_default:
        message = f"{name} takes `{context.name}`, but no context was provided"
        raise InvalidInvocationError(message, code="E182")
    positional = [parameter for parameter in signature.parameters if not parameter.keyword_only]
    if len(arguments) > len(positional):
        message = f"Too many input arguments for {name}: it takes {len(positional)}, got {len(arguments)}"
        raise InvalidInvocationError(message, code="E182")
    given = {parameter.name for parameter in positional[: len(arguments)]}
    _check_names(name, signature, given, keywords)
    return body(*arguments, **keywords)


def _check_names(name: str, signature: Signature, given: set[str], keywords: Mapping[str, object]) -> None:
    known = {parameter.name for parameter in signature.parameters}
    for keyword in keywords:
        if keyword in given:
            raise InvalidInvocationError(f"{name} got {keyword!r} twice", code="E182")
        if keyword not in known and not signature.takes_any_keyword:
            raise InvalidInvocationError(f"{name} has no input {keyword!r}", code="E182")
    for parameter in signature.parameters:
        if parameter.name not in given and parameter.name not in keywords and not parameter.has_default:
            raise InvalidInvocationError(_missing(name, parameter), code="E182")


def _missing(name: str, parameter: Parameter) -> str:
    return f'No value provided for required input "{parameter.name}" of {name}'
