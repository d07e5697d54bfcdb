"""The configuration of one asset, merged from the places where people write it.

The order is dbt's (docs.getdbt.com/reference/define-configs): folders from the outer to the inner one, then the
property file, then the file itself. Tags and hooks add up, mappings are updated, everything else is replaced.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from assetc.compiler.config import AssetConfig, Hook
from assetc.compiler.config_keys import KNOWN_ELSEWHERE
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.materialization.known import KNOWN_MATERIALIZATIONS, unknown_materialization
from assetc.compiler.project import Entry, Flavor

Converter = Callable[[object], object]


class Misfit(ValueError):  # noqa: N818  a value that does not fit its key; never leaves this file
    """The value of a configuration key has the wrong type."""


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
    """Asset keys as people write them: each a text, or a list of segments."""
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
    """Checks: a name, or a name with its arguments as `unique('id')` gives it in a template."""
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


def _optional(convert: Converter) -> Converter:
    return lambda value: None if value is None else convert(value)


CONVERTERS: Mapping[str, Converter] = {
    "enabled": flag,
    "materialized": text,
    "alias": _optional(text),
    "schema": _optional(text),
    "database": _optional(text),
    "key_prefix": key_parts,
    "name": text,
    "tags": texts,
    "group": _optional(text),
    "description": _optional(text),
    "meta": mapping,
    "owners": texts,
    "unique_key": lambda value: () if value is None else texts(value),
    "incremental_strategy": _optional(text),
    "incremental_predicates": lambda value: () if value is None else texts(value),
    "on_schema_change": text,
    "merge_update_columns": texts,
    "merge_exclude_columns": texts,
    "full_refresh": _optional(flag),
    "pre_hook": hooks,
    "post_hook": hooks,
    "checks": checks,
    "deps": keys,
    "ignore_deps": keys,
    "column_types": mapping,
    "delimiter": text,
    "quote_columns": _optional(flag),
    "publish": text,
    "inference": text,
    "dialect": text,
    "retries": number,
}

SYNONYMS: Mapping[str, str] = {
    "pre-hook": "pre_hook",
    "post-hook": "post_hook",
    "group_name": "group",
    "project": "database",
    "dataset": "schema",
    "metadata": "meta",
    "predicates": "incremental_predicates",
    "non_argument_deps": "deps",
    "materialization": "materialized",
}

ADDING = frozenset({"tags", "pre_hook", "post_hook", "owners", "checks", "deps", "ignore_deps"})
UPDATING = frozenset({"meta", "column_types"})
KNOWN = frozenset(CONVERTERS) | frozenset(SYNONYMS) | KNOWN_ELSEWHERE


def configure(
    entries: Iterable[Entry], flavor: Flavor, default_materialization: str
) -> tuple[AssetConfig, tuple[Diagnostic, ...]]:
    """The merged configuration of entries given from the weakest to the strongest, and what is wrong with them."""
    values: dict[str, object] = {"materialized": default_materialization}
    extra: dict[str, object] = {}
    problems: list[Diagnostic] = []
    for entry in entries:
        key = entry.key.removeprefix("+")
        key = SYNONYMS.get(key, key)
        convert = CONVERTERS.get(key)
        if convert is None:
            extra[key] = entry.value
            if key not in KNOWN_ELSEWHERE:
                problems.append(unknown_key(entry, flavor))
            continue
        try:
            values[key] = _merged(key, values.get(key), convert(entry.value))
            if (
                key == "materialized"
                and flavor == "native"
                and values[key] not in (*KNOWN_MATERIALIZATIONS, "snapshot")
            ):
                problems.append(unknown_materialization(str(values[key]), entry.span))
        except Misfit as misfit:
            problems.append(
                diagnostic(
                    "E126", f"the value of {entry.key} must be {misfit}", entry.span, label=repr(entry.value)[:60]
                )
            )
    return AssetConfig(**values, extra=extra), tuple(problems)  # type: ignore[arg-type]  # each went through its converter


def unknown_key(entry: Entry, flavor: Flavor) -> Diagnostic:
    """The fault of a configuration key that nothing reads: an error, in a dbt project a warning."""
    code = "E121" if flavor == "native" else "W221"
    hint = did_you_mean(entry.key, KNOWN) or "Keys of your own belong under meta."
    return diagnostic(code, f"unknown configuration key {entry.key}", entry.span, hint=hint)


def _merged(key: str, before: object, value: object) -> object:
    if before is None:
        return value
    if key in ADDING and isinstance(before, tuple) and isinstance(value, tuple):
        return (*before, *(item for item in value if item not in before))
    if key in UPDATING and isinstance(before, Mapping) and isinstance(value, Mapping):
        return {**before, **value}
    return value
