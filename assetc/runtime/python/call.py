"""Calling a body, a coroutine too, with the values of its parameters, and what it makes of a step's outputs."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from assetc.compiler.plan import Output
from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.errors import InvariantError
from assetc.definitions.key import AssetKey
from assetc.definitions.signature import Body, Parameter, Signature
from assetc.runtime.execution.work import Built, Making
from assetc.runtime.python.body_context import AssetExecutionContext, Services
from assetc.runtime.python.produced import Produced, outputs_of
from assetc.runtime.python.resources import Resources


def produce(
    definition: AssetsDefinition, wanted: frozenset[AssetKey], loaded: Mapping[str, object], services: Services
) -> Iterator[Produced]:
    """Call a body with the values of its upstreams, and give each of its outputs as it comes."""
    context = AssetExecutionContext(definition, wanted, services)
    arguments = {**service_values(definition.signature, loaded, context), **loaded}
    returned = call_body(definition.body, definition.signature, arguments)
    for produced in outputs_of(definition, returned, wanted):
        yield context.complete(produced)


def makings(
    items: Iterable[Produced], wanted: tuple[Output, ...], store: Callable[[Output, Produced], Built]
) -> Generator[Making]:
    """Each of the wanted outputs as it comes, the last of all when the body has ended: it may fail until then."""
    left = {output.asset.key: output for output in wanted}
    last: Making | None = None
    for produced in items:
        key = _wanted_key(produced.output.key, left)
        if key is not None:
            output = left.pop(key)
            last = Making(output, partial(store, output, produced))
            if left:
                yield last
    if last is not None and not left:
        yield last


def _wanted_key(key: AssetKey, left: Iterable[AssetKey]) -> AssetKey | None:
    """The key under which a step is to make an output: its own, else the only one of its name, below some folder's."""
    if key in left:
        return key
    named = [other for other in left if other.name == key.name]
    return named[0] if len(named) == 1 else None


def call_body(body: Body, signature: Signature, values: Mapping[str, object]) -> object:
    """What the body returns when each parameter receives the value of its name; others keep their defaults."""
    positional: list[object] = []
    keywords = dict(values)
    for parameter in signature.parameters:
        if parameter.keyword_only or parameter.name not in keywords:
            break
        positional.append(keywords.pop(parameter.name))
    returned = body(*positional, **keywords)
    if inspect.iscoroutine(returned):
        return _run_coroutine(returned)
    if inspect.isasyncgen(returned):
        return _run_coroutine(_collect(returned))
    return returned


def _run_coroutine(coroutine: Coroutine[Any, Any, object]) -> object:
    """The coroutine's result; in a thread of its own where this thread already has a running loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


async def _collect(items: AsyncIterator[object]) -> object:
    """A generator over what an async generator yielded, so that both kinds look the same."""
    collected = [item async for item in items]
    return (item for item in collected)


def service_values(
    signature: Signature, taken: Mapping[str, object], context: AssetExecutionContext
) -> dict[str, object]:
    """A value for each parameter that is no upstream and needs one. Raises InvariantError (E109) without one."""
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
