"""Asset keys: of `AssetKey`, `AssetIn`, `AssetSpec` and the like, of strings, and of assets themselves."""

from __future__ import annotations

import ast

from assetc.compiler.python.follow.items import items_of
from assetc.compiler.python.follow.known import only_text
from assetc.compiler.python.follow.machine import Call
from assetc.compiler.python.follow.values import (
    AssetDecorator,
    AssetFunction,
    Closure,
    Constant,
    Items,
    Key,
    Outside,
    Text,
    Value,
)

KEY_MAKERS = frozenset({"AssetKey", "AssetIn", "AssetSpec", "AssetDep", "AssetOut", "SourceAsset", "From", "Ref"})
SOURCE_MAKERS = frozenset({"AssetSpec", "SourceAsset"})


def as_key(call: Call) -> Key | None:
    """The key that a call makes, if it makes one."""
    if not isinstance(call.callee, Outside) or call.name not in KEY_MAKERS:
        return None
    first = call.positional[0] if call.positional and call.name != "AssetOut" else None
    given = next((call.named[name] for name in ("key", "path", "asset", "name") if name in call.named), first)
    prefix = call.named.get("key_prefix")
    return Key(
        None if given is None else key_text(given),
        () if prefix is None else key_parts(prefix) or (),
        call.named.get("deps"),
        readable=(given is None or key_text(given) is not None) and (prefix is None or key_parts(prefix) is not None),
        declared=call.scope.source.span(call.node) if call.name in SOURCE_MAKERS else None,
    )


def own_name(decorator: AssetDecorator, closure: Closure) -> str | None:
    """The name, or the key as written, of a definition; None if it is not known."""
    given = decorator.arguments.values.get("name", decorator.arguments.values.get("key"))
    if given is None or given == Constant(None):
        return None if isinstance(closure.node, ast.Lambda) else closure.node.name
    return key_text(given)


def own_key(decorator: AssetDecorator, closure: Closure) -> str | None:
    """The whole key of a definition; None if it is not known."""
    name, prefix = own_name(decorator, closure), key_parts(decorator.arguments.values.get("key_prefix", Items(())))
    return None if name is None or prefix is None else "/".join((*prefix, name))


def key_text(value: Value) -> str | None:
    """The key that a value means where a key is expected, segments joined by "/"; None if it is not known."""
    match value:
        case Text():
            return only_text(value)
        case Key(key, prefix):
            return "/".join((*prefix, key)) if key else None
        case AssetFunction(key=key):
            return key
        case Items():
            parts = key_parts(value)
            return "/".join(parts) if parts else None
        case _:
            return None


def key_parts(value: Value) -> tuple[str, ...] | None:
    """The segments of a key or of a prefix; None if they are not known."""
    if value == Constant(None):
        return ()
    if isinstance(value, Text):
        whole = only_text(value)
        return None if whole is None else tuple(whole.split("/"))
    items = items_of(value)
    if items is None:
        return None
    parts = [only_text(item) for item in items]
    return None if None in parts else tuple(part for part in parts if part)
