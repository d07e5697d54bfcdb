"""The selection methods: each finds the members that a value means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from assetc.compiler.asset import Asset, Check, Source
from assetc.compiler.selection.expression import Criterion
from assetc.compiler.selection.members import Member, Members, Selectable, fqn_of
from assetc.compiler.selection.request import SelectionEnvironment

WILDCARDS = frozenset("*?[]")

Found = Iterator[Member]
Method = Callable[[Members, Criterion, SelectionEnvironment], Found]


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


def _fqn(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    selector = criterion.value.split(".")
    for member, thing in members.items():
        if not isinstance(thing, Source):
            fqn = fqn_of(thing)
            is_id = isinstance(thing, Check) and thing.id.name == criterion.value
            if is_id or _fqn_matches(fqn, selector) or _fqn_matches(fqn[1:], selector):
                yield member


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


def _key(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    for member, thing in members.items():
        if not isinstance(thing, Check) and fnmatchcase(str(thing.key), criterion.value):
            yield member


def _kind(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    for member, thing in members.items():
        kinds = (thing.kind,) if isinstance(thing, Asset) else resource_types_of(thing)
        if any(fnmatchcase(kind, criterion.value) for kind in kinds):
            yield member


def _owner(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    for key, asset in members.graph.assets.items():
        if any(fnmatchcase(owner, criterion.value) for owner in asset.config.owners):
            yield key


def _tag(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    for member, thing in members.items():
        tags = thing.tags if isinstance(thing, Source) else thing.config.tags
        if any(fnmatchcase(tag, criterion.value) for tag in tags):
            yield member


def _group(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    for key, asset in members.graph.assets.items():
        group = asset.group if environment.rules.folder_is_group else asset.config.group
        if group and fnmatchcase(group, criterion.value):
            yield key


def _access(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    for key, asset in members.graph.assets.items():
        is_model = "model" in resource_types_of(asset)
        if is_model and asset.config.extra.get("access", "protected") == criterion.value:
            yield key


def _package(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    wanted = environment.project_name if criterion.value == "this" else criterion.value
    for member, thing in members.items():
        if fnmatchcase(thing.package, wanted):
            yield member


def _path(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    places = {member: _places(thing) for member, thing in members.items()}
    matching = paths_matching(criterion.value, (path for paths in places.values() for path in paths))
    for member, paths in places.items():
        if matching.intersection(paths):
            yield member


def _places(thing: Selectable) -> tuple[str, ...]:
    """The file of a thing, the folders above it, and the property file that describes it."""
    if thing.span is None:
        return ()
    path = thing.span.path
    folders = tuple(path[: match.start()] for match in re.finditer("/", path))
    patch = thing.patch_path if isinstance(thing, Asset) else None
    return (path, *folders, *((patch,) if patch else ()))


def _file(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    for member, thing in members.items():
        if thing.span is not None:
            name = thing.span.path.rpartition("/")[2]
            stem = name.rpartition(".")[0] or name
            if fnmatchcase(name, criterion.value) or fnmatchcase(stem, criterion.value):
                yield member


def _source(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    *package, source, table = _source_parts(criterion.value)
    for key, thing in members.graph.sources.items():
        in_package = not package or fnmatchcase(thing.package, package[0])
        if in_package and fnmatchcase(thing.source_name, source) and fnmatchcase(key.name, table):
            yield key


def _source_parts(value: str) -> list[str]:
    parts = value.split(".")
    return [*parts, "*"] if len(parts) == 1 else parts[-3:]


def _config(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    for member, thing in members.items():
        if matches_config(thing, criterion.arguments, criterion.value):
            yield member


def _resource_type(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    for member, thing in members.items():
        if criterion.value in resource_types_of(thing):
            yield member


def _test_name(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    for name, check in members.checks.items():
        if check.kind != "singular" and fnmatchcase(check.kind, criterion.value):
            yield name


def _test_type(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    for name, check in members.checks.items():
        type_ = "singular" if check.kind == "singular" else "generic"
        if criterion.value in ("data", type_) or (criterion.value, type_) == ("schema", "generic"):
            yield name


def _version(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    if criterion.value == "none":
        yield from (key for key, asset in members.graph.assets.items() if "model" in resource_types_of(asset))


def _nothing(members: Members, criterion: Criterion, environment: SelectionEnvironment) -> Found:
    """For kinds of things that no project of ours has."""
    yield from ()


METHOD_FUNCTIONS: dict[str, Method] = {
    "access": _access,
    "config": _config,
    "exposure": _nothing,
    "file": _file,
    "fqn": _fqn,
    "group": _group,
    "key": _key,
    "kind": _kind,
    "metric": _nothing,
    "owner": _owner,
    "package": _package,
    "path": _path,
    "resource_type": _resource_type,
    "saved_query": _nothing,
    "semantic_model": _nothing,
    "source": _source,
    "tag": _tag,
    "test_name": _test_name,
    "test_type": _test_type,
    "unit_test": _nothing,
    "version": _version,
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


_MISSING = object()


def matches_config(thing: Asset | Source | Check, path: tuple[str, ...], wanted: str) -> bool:
    """Whether the value below `path` is `wanted`, or a list that holds it."""
    found = _top(thing, path[0])
    for part in path[1:]:
        found = found.get(part, _MISSING) if isinstance(found, Mapping) else getattr(found, part, _MISSING)
    if path == ("severity",):
        return str(found).lower() == wanted.lower()
    if isinstance(found, list | tuple | set | frozenset):
        return any(_equal(each, wanted) for each in found)
    return _equal(found, wanted)


def _top(thing: Asset | Source | Check, key: str) -> object:
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
