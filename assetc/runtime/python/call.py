"""Calling a body with its values, a coroutine too."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from assetc.definitions.signature import Body, Signature


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
