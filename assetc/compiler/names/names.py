"""Where a name can lead: every key, every relation and every declared source of a project, by name.

The order in which a plain name is looked up stands in `docs/guide/names.md`. Names are logical: a schema is
looked up without the target's prefix, so the graph is the same in every target.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from assetc.compiler.names.namesake import Namesake
from assetc.definitions.key import AssetKey
from assetc.definitions.names import DEFAULT_GROUP
from assetc.definitions.nearest import ask_for, nearest
from assetc.definitions.relation import Relation

Candidates: TypeAlias = tuple[AssetKey, ...]
Fold: TypeAlias = Callable[[str], str]


class LogicalName(Struct, frozen=True):
    """The logical name of an asset or source: what a name in SQL is held against. All parts are folded."""

    database: str | None
    schema: str
    name: str


class Ref(Struct, frozen=True):
    """What a `ref()` names: an asset, perhaps that of one package, perhaps one version of it."""

    name: str
    package: str | None = None
    version: str | None = None

    @staticmethod
    def of(arguments: Sequence[str], version: str | None = None) -> Ref:
        """The reference of a call with these arguments: a name, or a package and a name."""
        *package, name = arguments
        return Ref(name, package[-1] if package else None, version)

    @property
    def versioned(self) -> str:
        """The name in the key of the asset."""
        return self.name if self.version is None else f"{self.name}.v{self.version}"

    def __str__(self) -> str:
        named = f"'{self.name}'" if self.package is None else f"'{self.package}', '{self.name}'"
        return f"ref({named})" if self.version is None else f"ref({named}, v={self.version})"


class Names(Struct, frozen=True):
    """Indexes from names to keys. Parts that a lookup is given are folded as the dialect folds table names.

    `other_schemas` and `other_databases` are what the default ones are called in the profile's other targets: text that
    was written there means the same here.
    """

    fold: Fold
    by_key: Mapping[tuple[str, ...], AssetKey]
    by_last: Mapping[str, Candidates]
    groups: Mapping[AssetKey, str]
    default_schema: str = ""
    default_database: str | None = None
    other_schemas: frozenset[str] = frozenset()
    other_databases: frozenset[str] = frozenset()
    relations: Mapping[AssetKey, Relation] = {}
    by_relation: Mapping[tuple[str, ...], AssetKey] = {}
    by_schema: Mapping[tuple[str, str], Candidates] = {}
    by_name: Mapping[str, Candidates] = {}
    written: Mapping[tuple[str, str], Candidates] = {}
    sources: Mapping[tuple[str, str], Candidates] = {}
    declared: Mapping[tuple[str, str], AssetKey] = {}
    logical_names: Mapping[AssetKey, LogicalName] = {}
    packages: Mapping[AssetKey, str] = {}
    others: tuple[Namesake, ...] = ()


def find_table(names: Names, parts: tuple[str, ...], owner: AssetKey) -> Candidates:
    """The keys that a table name in SQL can mean for its reader: one is the answer, several are ambiguous."""
    if (exact := names.by_relation.get(parts)) is not None:
        return (exact,)
    if len(parts) == 1:
        return _find_bare(names, parts[0], owner)
    found = _find_qualified(names, parts)
    if not found and (here := _in_this_target(names, parts)) != parts:
        return find_table(names, here, owner)
    return found


def _find_qualified(names: Names, parts: tuple[str, ...]) -> Candidates:
    schema, name = parts[-2] or names.default_schema, parts[-1]
    found = _narrow(names, names.by_schema.get((schema, name), ()), parts)
    if not found:
        found = names.written.get((schema, name), ())
    if not found:
        found = _narrow(names, names.sources.get((schema, name), ()), parts)
    if len(parts) == 2:
        found = _with_catalog(names, found, parts)
    # An asset may be called `mart.orders` with the dot in its name, or have the key `mart/orders`.
    key = names.by_key.get(parts) or names.by_key.get((".".join(parts),))
    return (key,) if not found and key is not None else found


def find_key(names: Names, written: str, owner: AssetKey) -> Candidates:
    """The keys that an explicit dependency can mean: an exact key first, then what a table of that name means."""
    exact = names.by_key.get(tuple(names.fold(part) for part in written.split("/")))
    if exact is not None:
        return (exact,)
    if "/" in written:
        return ()
    return find_table(names, tuple(names.fold(part) for part in written.split(".")), owner)


def find_ref(names: Names, ref: Ref, owner: AssetKey) -> Candidates:
    """The assets that a `ref()` can mean: of its package, where it names one."""
    found = tuple(key for key in find_key(names, ref.versioned, owner) if key in names.groups)
    if ref.package is None:
        return found
    everywhere = dict.fromkeys((*found, *names.by_last.get(names.fold(ref.versioned), ())))
    return tuple(key for key in everywhere if names.packages.get(key) == ref.package)


def find_source(names: Names, source: str, table: str) -> Candidates:
    """The declared source that a `source()` means: never an asset of that name."""
    found = names.declared.get((names.fold(source), names.fold(table)))
    return () if found is None else (found,)


def find_named(names: Names, parts: tuple[str, ...], owner: AssetKey, *, anywhere: bool) -> Candidates:
    """The keys that a plain name can mean: itself, else in the reader's group, below its prefix, `anywhere`."""
    exact = names.by_key.get(parts) or names.by_key.get(tuple(part for part in parts[0].split(".") if part))
    if exact is not None and not (anywhere and exact == owner):
        return (exact,)
    if len(parts) > 1:
        return ()
    namesakes = tuple(key for key in names.by_last.get(parts[0], ()) if key != owner)
    group = names.groups.get(owner, DEFAULT_GROUP)
    in_group = tuple(key for key in namesakes if names.groups.get(key) == group != DEFAULT_GROUP)
    below = tuple(key for key in namesakes if key.parts[:-1] == owner.parts[:-1])
    return (in_group if len(in_group) == 1 else ()) or below or (namesakes if anywhere else ())


def known_names(names: Names) -> list[str]:
    """The names of assets and sources that a reader can have meant."""
    return sorted({key.name for key in names.by_key.values()})


def did_you_mean_key(names: Names, written: str, owner: AssetKey) -> str:
    """`Did you mean shop/orders?`, for a key that does not exist: keys with such a last segment, else such keys."""
    keys = sorted(key for key in names.by_key.values() if key != owner)
    lasts = nearest(written.rpartition("/")[2], (key.name for key in keys))
    found = [str(key) for last in lasts for key in keys if key.name == last]
    return ask_for(found[:3] or nearest(written, map(str, keys)))


def is_written(names: Names, parts: tuple[str, ...], key: AssetKey) -> bool:
    """Whether the body of this Python asset creates the relation of that name."""
    return key in names.written.get((schema_of(parts, names.default_schema, names.other_schemas), parts[-1]), ())


def schema_of(parts: tuple[str, ...], default: str, others: Collection[str]) -> str:
    """The schema of a name that a body creates; `others` is what the default one is called in other targets."""
    return default if len(parts) == 1 or parts[-2] in others else parts[-2]


def _in_this_target(names: Names, parts: tuple[str, ...]) -> tuple[str, ...]:
    """A name with this target's own schema and database in place of those of the profile's other targets."""
    *databases, schema, name = parts
    databases = [_database_here(names, each) for each in databases]
    return (*databases, names.default_schema if schema in names.other_schemas else schema, name)


def _find_bare(names: Names, name: str, owner: AssetKey) -> Candidates:
    logical = names.logical_names.get(owner)
    prefix = tuple(names.fold(part) for part in owner.parts[:-1])
    own = names.by_key.get((*prefix, name)) if prefix else None
    if own is not None:
        return (own,)
    schemas = dict.fromkeys((*((logical.schema,) if logical else ()), names.default_schema))
    for schema in schemas:
        if found := names.by_schema.get((schema, name)):
            return _of_own_database(names, found, logical)
    if (exact := names.by_key.get((name,))) is not None:
        return (exact,)
    for index in (names.written, names.sources):
        for schema in schemas:
            if found := index.get((schema, name)):
                return found
    return names.by_last.get(name) or names.by_name.get(name, ())


def _of_own_database(names: Names, found: Candidates, reader: LogicalName | None) -> Candidates:
    if len(found) < 2:
        return found
    database = reader.database if reader else names.default_database
    return tuple(key for key in found if names.logical_names[key].database == database) or found


def _narrow(names: Names, found: Candidates, parts: tuple[str, ...]) -> Candidates:
    """Of several assets with one schema and name, those of the database that was written."""
    if len(parts) < 3:
        return _of_own_database(names, found, None)
    return tuple(key for key in found if names.logical_names[key].database in (parts[-3], None))


def _database_here(names: Names, database: str) -> str:
    return names.default_database or database if database in names.other_databases else database


def _with_catalog(names: Names, found: Candidates, parts: tuple[str, ...]) -> Candidates:
    """A two-part name may also be database and table, in the default schema."""
    database, name = _database_here(names, parts[0]), parts[1]
    here = (names.default_schema, name)
    in_default = names.by_schema.get(here, ()) + names.sources.get(here, ())
    elsewhere = tuple(key for key in in_default if names.logical_names[key].database == database and key not in found)
    return found + elsewhere


INLINED_PREFIX = "__dbt__cte__"


def inlined_name(key: AssetKey) -> str:
    """The name of the CTE that stands for an ephemeral model, as dbt writes it."""
    return f"{INLINED_PREFIX}{key.to_python_identifier()}"
