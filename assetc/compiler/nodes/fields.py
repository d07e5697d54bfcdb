"""What dbt's manifest says of an asset, a source and a check. A new field is one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Protocol, TypeAlias

from assetc.compiler.asset import Asset, Check, DeclaredColumn, Source
from assetc.compiler.config import Hook
from assetc.compiler.nodes.described import Thing, config_of, name_of, path_of, plain_value
from assetc.compiler.project import Package, Project
from assetc.compiler.template.members.relation import RelationValue
from assetc.definitions.relation import Relation


class Known(Protocol):
    """What is known about the project of a node."""

    @property
    def project(self) -> Project:
        """The project."""

    def text(self, path: str) -> str:
        """The text of one of its files."""

    def quote(self, identifier: str) -> str:
        """An identifier as its warehouse writes it."""

    def needs(self, thing: Thing) -> list[str]:
        """The identities of what a node depends on."""


Field: TypeAlias = Callable[[Known, Any], object]


def _config(_: Known, thing: Thing) -> dict[str, object]:
    """The configuration with what dbt spells otherwise: hooks, and a key of one column."""
    config = config_of(thing)
    if isinstance(thing, Asset):
        config |= {"pre-hook": _hooks(thing.config.pre_hook), "post-hook": _hooks(thing.config.post_hook)}
        key = thing.config.unique_key
        config["unique_key"] = list(key) if len(key) > 1 else next(iter(key), None)
    return config


def _hooks(hooks: tuple[Hook, ...]) -> list[dict[str, object]]:
    return [{"sql": hook.sql, "transaction": hook.transaction, "index": None} for hook in hooks]


def _package(known: Known, thing: Thing) -> Package:
    return known.project.package_of(path_of(thing))


def _path(known: Known, thing: Thing) -> str:
    path = path_of(thing)
    return "/".join((*_package(known, thing).folders_of(path), PurePosixPath(path).name))


def _columns(_: Known, thing: Asset | Source) -> dict[str, object]:
    return {column.name: _column(column) for column in thing.columns}


def _column(column: DeclaredColumn) -> dict[str, object]:
    fixed: dict[str, object] = {"constraints": [], "quote": None}
    described = {"name": column.name, "description": column.description, "data_type": column.type}
    return {**described, "meta": plain_value(dict(column.meta)), "tags": list(column.tags), **fixed}


def _relation(known: Known, thing: Thing) -> Relation:
    if isinstance(thing, Check):
        return relation_of_check(known.project, thing)
    target = known.project.target
    named = thing.config.alias or name_of(thing) if isinstance(thing, Asset) else thing.key.name
    return thing.relation or Relation(target.database, target.schema, named)


def relation_of_check(project: Project, check: Check) -> Relation:
    """Where dbt would keep the failures of a check, which assetc keeps nowhere."""
    return Relation(project.target.database, f"{project.target.schema}_dbt_test__audit", check.name)


def _relation_name(known: Known, thing: Thing) -> str | None:
    if isinstance(thing, Check) or thing.relation is None:
        return None
    return str(RelationValue(thing.relation, None, known.quote))


def _checksum(known: Known, thing: Thing) -> dict[str, str]:
    text = known.text(path_of(thing)).strip()
    return {"name": "sha256", "checksum": sha256(text.encode("utf-8", "surrogatepass")).hexdigest()}


def _patch_path(known: Known, asset: Asset) -> str | None:
    return f"{_package(known, asset).name}://{asset.patch_path}" if asset.patch_path else None


def _test_metadata(__: Known, check: Check) -> dict[str, object] | None:
    if check.path is not None:
        return None
    package, _, kind = check.kind.rpartition(".")
    column = {"column_name": check.column} if check.column else {}
    kwargs = {**column, **{name: plain_value(value) for name, value in check.arguments}}
    return {"name": kind, "kwargs": kwargs, "namespace": package or None}


def _attached(known: Known, check: Check) -> str | None:
    return next(iter(known.needs(check)), None) if check.path is None else None


EVERY: Mapping[str, Field] = {
    "name": lambda _, thing: name_of(thing),
    "resource_type": lambda _, thing: thing.id.kind,
    "package_name": lambda _, thing: thing.package,
    "unique_id": lambda _, thing: str(thing.id),
    "path": _path,
    "original_file_path": lambda _, thing: path_of(thing),
    "database": lambda known, thing: _relation(known, thing).database,
    "schema": lambda known, thing: _relation(known, thing).schema,
    "relation_name": _relation_name,
    "config": _config,
}
"""What is said of every node."""

CODE: Mapping[str, Field] = {
    "alias": lambda known, thing: _relation(known, thing).name,
    "fqn": lambda _, thing: list(thing.fqn),
    "tags": lambda _, thing: list(thing.config.tags),
    "raw_code": lambda known, thing: known.text(path_of(thing)),
    "checksum": _checksum,
    "depends_on": lambda known, thing: {"macros": [], "nodes": known.needs(thing)},
}
"""What is said of what is written as code."""

FIELDS: Mapping[type[Thing], Mapping[str, Field]] = {
    Asset: {
        **EVERY,
        **CODE,
        "description": lambda _, asset: asset.description,
        "columns": _columns,
        "meta": lambda _, asset: plain_value(asset.config.meta),
        "group": lambda _, asset: asset.config.group,
        "patch_path": _patch_path,
        "language": lambda _, asset: "python" if asset.kind == "python" else "sql",
        "access": lambda _, __: "protected",
        "version": lambda _, __: None,
        "latest_version": lambda _, __: None,
        "docs": lambda _, __: {"show": True, "node_color": None},
        "contract": lambda _, __: {"enforced": False, "alias_types": True, "checksum": None},
        "constraints": lambda _, __: [],
    },
    Source: {
        **EVERY,
        "source_name": lambda _, source: source.source_name,
        "identifier": lambda _, source: source.relation.name,
        "fqn": lambda known, source: [source.package, source.source_name, source.key.name],
        "description": lambda _, source: source.description,
        "columns": _columns,
        "tags": lambda _, source: list(source.tags),
        "meta": lambda _, source: plain_value(dict(source.meta)),
    },
    Check: {
        **EVERY,
        **CODE,
        "description": lambda _, __: "",
        "columns": lambda _, __: {},
        "meta": lambda _, __: {},
        "column_name": lambda _, check: check.column,
        "test_metadata": _test_metadata,
        "attached_node": _attached,
    },
}
