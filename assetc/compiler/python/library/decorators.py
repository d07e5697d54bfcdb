"""`@asset` and `@multi_asset`: which expressions are one of them, and with which arguments."""

from __future__ import annotations

from assetc.compiler.python.follow.machine import Call
from assetc.compiler.python.follow.values import AssetDecorator, Choice, Entries, Outside, Text, Value
from assetc.compiler.python.python_text import PythonText

KINDS = frozenset({"asset", "multi_asset"})


def as_decorator(value: Value, call: Call | None, source: PythonText) -> AssetDecorator | None:
    """The decorator that a value is; with `call`, the result of calling it."""
    if isinstance(value, AssetDecorator):
        return value if call is None else complete_decorator(value, call)
    if isinstance(value, Choice):  # `try: from assetc import asset`, with a substitute
        found = [as_decorator(each, call, source) for each in value.values]
        return next((each for each in found if each is not None), None)
    if not isinstance(value, Outside):
        return None
    package, _, kind = value.name.rpartition(".")
    if kind not in KINDS or package.partition(".")[0] not in ("", "assetc"):
        return None
    decorator = AssetDecorator(kind, Entries({}), None, source)
    return decorator if call is None else complete_decorator(decorator, call)


def complete_decorator(decorator: AssetDecorator, call: Call) -> AssetDecorator:
    """A decorator with the keyword arguments of a call added."""
    first = call.positional[0] if call.positional else None
    called = {"name": first} if isinstance(first, Text) and decorator.kind == "asset" else {}
    named = decorator.arguments.values | called | dict(call.named)
    complete = decorator.arguments.complete and not call.is_open
    return AssetDecorator(decorator.kind, Entries(named, complete), call.node, call.scope.source)
