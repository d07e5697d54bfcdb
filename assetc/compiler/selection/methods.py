"""The selection methods: each finds the members that a value means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from assetc.compiler.asset import Asset, Check, Source
from assetc.compiler.selection.members import Member, Members, Selectable, fqn_of
from assetc.compiler.selection.request import Criterion, SelectionEnvironment

WILDCARDS = frozenset("*?[]")
_MISSING = object()

Method = Callable[[Members, Criterion, SelectionEnvironment], Iterator[Member]]


def default_method(value: str) -> str:
    """The method of a value that stands without one: a path, a file name, or a name."""
    if "/" in value:
        return "path"
    return "file" if value.lower().endswith((".sql", ".py", ".csv")) else "fqn"


def resource_types_of(thing: Selectable) -> tuple[str, ...]:
    """What a thing is, in dbt's words and in ours."""
    if isinstance(thing, Source):
        return ("source",)
    if isinstance(thing, Check):
        return ("test", "data_test", "check")
    kind = "model" if thing.kind == "python" else thing.kind
    return tuple(dict.fromkeys((kind, thing.kind, "asset")))


def _fqn(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    if isinstance(thing, Source):
        return False
    fqn, selector = fqn_of(thing), criterion.value.split(".")
    is_id = isinstance(thing, Check) and thing.id.name == criterion.value
    return is_id or _fqn_matches(fqn, selector) or _fqn_matches(fqn[1:], selector)


def _fqn_matches(fqn: tuple[str, ...], selector: list[str]) -> bool:
    """Whether dotted parts begin the fqn or are its last segment; the first wildcard matches the rest."""
    if not fqn:
        return False
    whole = ".".join(selector)
    if fqn[-1] == whole:
        return True
    flat = ".".join(fqn).split(".")
    if len(flat) < len(selector):
        return False
    for index, part in enumerate(selector):
        if WILDCARDS.intersection(part):
            if fnmatchcase(".".join(flat[index:]), ".".join(selector[index:])):
                return True
            return len(selector) == 1 and fnmatchcase(fqn[-1], whole)
        if flat[index] != part:
            return False
    return True


def _key(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    return not isinstance(thing, Check) and fnmatchcase(str(thing.key), criterion.value)


def _kind(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    kinds = (thing.kind,) if isinstance(thing, Asset) else resource_types_of(thing)
    return any(fnmatchcase(kind, criterion.value) for kind in kinds)


def _owner(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    return isinstance(thing, Asset) and any(fnmatchcase(owner, criterion.value) for owner in thing.config.owners)


def _tag(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    tags = thing.tags if isinstance(thing, Source) else thing.config.tags
    return any(fnmatchcase(tag, criterion.value) for tag in tags)


def _group(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    if not isinstance(thing, Asset):
        return False
    group = thing.group if environment.rules.folder_is_group else thing.config.group
    return bool(group) and fnmatchcase(group or "", criterion.value)


def _access(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    if not isinstance(thing, Asset) or "model" not in resource_types_of(thing):
        return False
    return thing.config.extra.get("access", "protected") == criterion.value


def _package(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    wanted = environment.project_name if criterion.value == "this" else criterion.value
    return fnmatchcase(thing.package, wanted)


def _file(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    if isinstance(thing, Source) and thing.file:
        return _is_file(thing, criterion.value)
    if thing.span is None:
        return False
    name = thing.span.path.rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return fnmatchcase(name, criterion.value) or fnmatchcase(stem, criterion.value)


def _is_file(source: Source, wanted: str) -> bool:
    """Whether a file has this address, or name."""
    return source.file == wanted or any(fnmatchcase(each, wanted) for each in (source.file, source.key.name))


def _source(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    if not isinstance(thing, Source):
        return False
    if thing.file:
        return criterion.value == "*" or _is_file(thing, criterion.value.removeprefix("file:"))
    parts = criterion.value.split(".")
    *package, source, table = [*parts, "*"] if len(parts) == 1 else parts[-3:]
    in_package = not package or fnmatchcase(thing.package, package[0])
    return in_package and fnmatchcase(thing.source_name, source) and fnmatchcase(thing.key.name, table)


def _resource_type(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    return criterion.value in resource_types_of(thing)


def _test_name(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    return isinstance(thing, Check) and thing.kind != "singular" and fnmatchcase(thing.kind, criterion.value)


def _test_type(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    type_ = "singular" if isinstance(thing, Check) and thing.kind == "singular" else "generic"
    is_meant = criterion.value in ("data", type_) or (criterion.value, type_) == ("schema", "generic")
    return isinstance(thing, Check) and is_meant


def _version(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    return criterion.value == "none" and "model" in resource_types_of(thing)


def _path(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Iterator[Member]:
    places = {member: _places(thing) for member, thing in members.items()}
    matching = paths_matching(criterion.value, (path for paths in places.values() for path in paths))
    return (member for member, paths in places.items() if matching.intersection(paths))


def _places(thing: Selectable) -> tuple[str, ...]:
    """The file of a thing, the folders above it, and the property file that describes it."""
    if isinstance(thing, Source) and thing.file:
        path = thing.file
    elif thing.span is None:
        return ()
    else:
        path = thing.span.path
    folders = tuple(path[: match.start()] for match in re.finditer("/", path))
    patch = thing.patch_path if isinstance(thing, Asset) else None
    return (path, *folders, *((patch,) if patch else ()))


def _config(thing: Selectable, criterion: Criterion, environment: SelectionEnvironment) -> bool:
    """Whether a configuration value is the one that `config.KEY:VALUE` asks for, or a list that holds it."""
    path, wanted = criterion.arguments, criterion.value
    found = _top(thing, path[0])
    for part in path[1:]:
        found = found.get(part, _MISSING) if isinstance(found, Mapping) else getattr(found, part, _MISSING)
    if path == ("severity",):
        return str(found).lower() == wanted.lower()
    if isinstance(found, list | tuple | set | frozenset):
        return any(_equal(each, wanted) for each in found)
    return _equal(found, wanted)


def _top(thing: Selectable, key: str) -> object:
    if isinstance(thing, Source):
        return {"enabled": True, "tags": thing.tags, "meta": dict(thing.meta)}.get(key, _MISSING)
    if isinstance(thing, Check):
        return "test" if key == "materialized" else getattr(thing.config, key, _MISSING)
    if key == "materialized" and thing.kind in ("seed", "snapshot"):
        return thing.kind
    if key == "extra" or not hasattr(thing.config, key):
        return thing.config.extra.get(key, _MISSING)
    return getattr(thing.config, key)


def _equal(value: object, wanted: str) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == wanted.lower()
    return isinstance(value, str | int | float) and str(value) == wanted


def paths_matching(pattern: str, paths: Iterable[str]) -> set[str]:
    """The paths that match; `*` stays inside a segment, `**` spans any number of them."""
    segments = tuple(segment for segment in pattern.split("/") if segment not in ("", "."))
    if pattern.startswith("/") or not segments:
        return set()
    return {path for path in set(paths) if _matches(tuple(path.split("/")), segments)}


def _matches(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether all of the path is matched; `reached` are the positions after each segment of the pattern."""
    reached = {0}
    for segment in pattern:
        if segment == "**":
            reached = set(range(min(reached), len(path) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(path) and fnmatchcase(path[at], segment)}
        if not reached:
            return False
    return len(path) in reached


def _nothing(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Iterator[Member]:
    """For kinds of things that no project of ours has."""
    yield from ()


def _each(test: Callable[[Selectable, Criterion, SelectionEnvironment], bool]) -> Method:
    """The method that finds every member for which the test is true."""
    return lambda members, criterion, environment: (
        member for member, thing in members.items() if test(thing, criterion, environment)
    )


METHOD_FUNCTIONS: dict[str, Method] = {
    "access": _each(_access),
    "config": _each(_config),
    "exposure": _nothing,
    "file": _each(_file),
    "fqn": _each(_fqn),
    "group": _each(_group),
    "key": _each(_key),
    "kind": _each(_kind),
    "metric": _nothing,
    "owner": _each(_owner),
    "package": _each(_package),
    "path": _path,
    "resource_type": _each(_resource_type),
    "saved_query": _nothing,
    "semantic_model": _nothing,
    "source": _each(_source),
    "tag": _each(_tag),
    "test_name": _each(_test_name),
    "test_type": _each(_test_type),
    "unit_test": _nothing,
    "version": _each(_version),
}

NOT_BUILT = frozenset({"column", "result", "source_status", "state"})
"""Methods of the grammar that cannot be answered yet."""

CLOSED_VALUES: dict[str, tuple[str, ...]] = {
    "resource_type": (
        "model", "source", "seed", "snapshot", "test", "data_test", "check", "asset", "python", "unit_test",
        "analysis", "exposure", "metric", "semantic_model", "saved_query", "function", "operation", "group",
    ),
    "test_type": ("generic", "schema", "singular", "unit", "data"),
}  # fmt: skip
"""Methods whose value is one of a few words."""
