"""The valid values of each configuration key, and their conversion to one form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from assetc.compiler.config import Hook
from assetc.compiler.diagnostic import did_you_mean
from assetc.compiler.sql.dialects import DIALECTS

Converter = Callable[[object], object]


class Misfit(ValueError):  # noqa: N818  it carries words to who asked for the value, and goes no further
    """The value of a configuration key is not valid."""

    def __init__(self, expected: str, hint: str = "") -> None:
        super().__init__(expected)
        self.hint = hint


def text(value: object) -> str:
    """A single word or phrase."""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    raise Misfit("a text")


def flag(value: object) -> bool:
    """True or false, also as dbt writes them in strings."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.casefold() in {"true", "false"}:
        return value.casefold() == "true"
    raise Misfit("true or false")


def number(value: object) -> int:
    """A whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Misfit("a whole number")


def texts(value: object) -> tuple[str, ...]:
    """One text, or a list of them."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return tuple(text(item) for item in (sorted(value) if isinstance(value, (set, frozenset)) else value))
    return (text(value),)


def key_parts(value: object) -> tuple[str, ...]:
    """Segments of a key: a list, or one text split at "/"."""
    return tuple(value.split("/")) if isinstance(value, str) else texts(value)


def keys(value: object) -> tuple[str, ...]:
    """Asset keys: each a text, or a list of segments."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence):
        return tuple(item if isinstance(item, str) else "/".join(texts(item)) for item in value)
    raise Misfit("a list of asset keys")


def mapping(value: object) -> Mapping[str, object]:
    """A mapping."""
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    raise Misfit("a mapping")


def checks(value: object) -> tuple[object, ...]:
    """Checks: a name, or a name with its arguments as returned by `unique('id')` in a template."""
    items = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if all(isinstance(item, str) or (isinstance(item, Mapping) and len(item) == 1) for item in items):
        return items
    raise Misfit("a list of checks such as unique('id')")


def hooks(value: object) -> tuple[Hook, ...]:
    """SQL, a mapping `{sql, transaction}`, JSON text of one, or a list of these."""
    if isinstance(value, (list, tuple)):
        return tuple(hook for item in value for hook in hooks(item))
    if isinstance(value, str):
        return (_hook_of_text(value),)
    if isinstance(value, Mapping) and isinstance(value.get("sql"), str):
        return (Hook(value["sql"], flag(value.get("transaction", True))),)
    raise Misfit("SQL, or a mapping with the key sql")


def _hook_of_text(value: str) -> Hook:
    if value.lstrip().startswith("{"):
        try:
            parsed = json.loads(value)
        except ValueError:
            return Hook(value)
        if isinstance(parsed, dict) and isinstance(parsed.get("sql"), str):
            return Hook(parsed["sql"], flag(parsed.get("transaction", True)))
    return Hook(value)


def one_of(*words: str, called: str = "") -> Converter:
    """One of these words. If there are many, a message names them as `called` instead of listing them."""

    def convert(value: object) -> object:
        if value in words:
            return value
        raise Misfit(called or f"one of {', '.join(words)}", did_you_mean(str(value), words))

    return convert


def optional(convert: Converter) -> Converter:
    """A value of this kind, or none."""
    return lambda value: None if value is None else convert(value)


CONVERTERS: Mapping[str, Converter] = {
    "enabled": flag,
    "materialized": text,
    "alias": optional(text),
    "schema": optional(text),
    "database": optional(text),
    "key_prefix": key_parts,
    "name": text,
    "tags": texts,
    "group": optional(text),
    "description": optional(text),
    "meta": mapping,
    "owners": texts,
    "unique_key": lambda value: () if value is None else texts(value),
    "incremental_strategy": optional(text),
    "incremental_predicates": lambda value: () if value is None else texts(value),
    "on_schema_change": text,
    "merge_update_columns": texts,
    "merge_exclude_columns": texts,
    "full_refresh": optional(flag),
    "pre_hook": hooks,
    "post_hook": hooks,
    "checks": checks,
    "deps": keys,
    "ignore_deps": keys,
    "column_types": mapping,
    "delimiter": text,
    "quote_columns": optional(flag),
    "publish": optional(one_of("after_checks", "before_checks")),
    "inference": optional(one_of("off", "on", "strict")),
    "dialect": optional(one_of(*DIALECTS, called="the name of a dialect")),
    "retries": number,
}
