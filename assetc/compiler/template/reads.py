"""The verifying trace: hashes of what a template looked at, and whether it would see the same now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b

from assetc.compiler.template.plain import plain
from assetc.compiler.template.surroundings import Surroundings

NOT_THERE = ""
SEPARATOR = "\t"
_ABSENT = object()


def still_valid(reads: Iterable[tuple[str, str, str]], surroundings: Surroundings) -> bool:
    """Whether a template that read this would be rendered to the same text in these surroundings."""
    return all(seen != NOT_REPEATABLE and look(surroundings, kind, name) == seen for kind, name, seen in reads)


NOT_REPEATABLE = "?"
"""What is seen of things that no later look can confirm: a warehouse's answer, a random number."""


def look(surroundings: Surroundings, kind: str, name: str) -> str:
    """The hash of what a template sees there; "" when there is nothing."""
    return _LOOKS[kind](surroundings, name)


def hash_value(surroundings: Surroundings, value: object) -> str:
    """A keyed hash, so that a trace on disk tells nothing about the value."""
    text = f"{type(value).__name__}:{value!r}".encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=8, key=surroundings.trace_key[:64]).hexdigest()


def find_variable(surroundings: Surroundings, name: str, missing: object) -> object:
    """The value that `var()` sees: of the command line, of the own package, of the project; else `missing`."""
    if name in surroundings.given_variables:
        return surroundings.given_variables[name]
    own = surroundings.variables.get(surroundings.own_package)
    if isinstance(own, Mapping) and name in own:
        return own[name]
    return surroundings.variables.get(name, missing)


def find_flag(surroundings: Surroundings, name: str, missing: object) -> object:
    """The value of a flag: of the moment (lower-case names) or of the command line (upper-case names)."""
    flags = surroundings.flags
    named: dict[str, object] = {
        "execute": flags.execute,
        "is_incremental": flags.is_incremental,
        "FULL_REFRESH": flags.full_refresh,
        "WHICH": flags.which,
    }
    return named[name] if name in named else flags.others.get(name, missing)


METADATA_PREFIX = "DBT_ENV_CUSTOM_ENV_"


def find_metadata_envs(surroundings: Surroundings) -> dict[str, str]:
    """The variables of the environment that dbt copies to its artifacts, without their prefix."""
    found = (name for name in sorted(surroundings.environment) if name.startswith(METADATA_PREFIX))
    return {name.removeprefix(METADATA_PREFIX): surroundings.environment[name] for name in found}


def _hash_or_nothing(surroundings: Surroundings, value: object) -> str:
    return NOT_THERE if value is _ABSENT else hash_value(surroundings, value)


def _look_at_macro(surroundings: Surroundings, name: str) -> str:
    package, separator, bare = name.rpartition(".")
    order = (package,) if separator else surroundings.search_order()
    macro = surroundings.library.find(bare, order)
    return macro.hash if macro else NOT_THERE


def _look_at_ref(surroundings: Surroundings, name: str) -> str:
    package, model, version = name.split(SEPARATOR)
    return hash_value(surroundings, str(surroundings.names.ref(package or None, model, version or None)))


def _look_at_source(surroundings: Surroundings, name: str) -> str:
    source, table = name.split(SEPARATOR)
    return hash_value(surroundings, str(surroundings.names.source(source, table)))


_LOOKS: dict[str, Callable[[Surroundings, str], str]] = {
    "macro": _look_at_macro,
    "package": lambda seen, name: hash_value(seen, name in seen.packages),
    "var": lambda seen, name: _hash_or_nothing(seen, find_variable(seen, name, _ABSENT)),
    "env": lambda seen, name: _hash_or_nothing(seen, seen.environment.get(name, _ABSENT)),
    "target": lambda seen, name: _hash_or_nothing(seen, seen.target.get(name, _ABSENT)),
    "flag": lambda seen, name: _hash_or_nothing(seen, find_flag(seen, name, _ABSENT)),
    "config": lambda seen, name: _hash_or_nothing(seen, seen.config.get(name, _ABSENT)),
    "model": lambda seen, name: _hash_or_nothing(seen, seen.node.get(name, _ABSENT)),
    "graph": lambda seen, name: NOT_THERE if seen.graph is None else hash_value(seen, seen.graph.get(name)),
    "arguments": lambda seen, _: hash_value(seen, plain(seen.arguments)),
    "metadata_envs": lambda seen, _: hash_value(seen, find_metadata_envs(seen)),
    "member": lambda seen, name: _hash_or_nothing(seen, seen.members.get(name, _ABSENT)),
    "ref": _look_at_ref,
    "source": _look_at_source,
    "this": lambda seen, _: hash_value(seen, str(seen.names.this)),
    "clock": lambda seen, _: hash_value(seen, seen.now.isoformat()),
    "invocation": lambda seen, _: hash_value(seen, seen.invocation_id),
    "project": lambda seen, _: hash_value(seen, seen.project_name),
    "dispatch": lambda seen, name: hash_value(seen, (seen.warehouse.prefixes, seen.dispatch.get(name))),
    "judge": lambda seen, _: seen.warehouse.judge.version if seen.warehouse.judge else NOT_THERE,
    "warehouse": lambda _, __: NOT_REPEATABLE,
}
