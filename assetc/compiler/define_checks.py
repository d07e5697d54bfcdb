"""Checks as they are asked for: by a property file, by the configuration of a model, by a SQL file of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import md5
from pathlib import PurePosixPath
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Asset, Check, CheckConfig, NodeId, Source
from assetc.compiler.facts import SqlFacts
from assetc.compiler.place import Span, file_span
from assetc.compiler.project import CheckSpec, DeclaredSource, Patch, Project
from assetc.definitions.key import AssetKey

NOT_ARGUMENTS = frozenset({"column_name", "severity", "where"})
LONGEST_NAME = 64
"""Longer names are cut and given a hash, as dbt does, because warehouses limit the length of a relation's name."""


class CheckDraft(Struct, frozen=True):
    """A check whose other assets are still names. `path` is set for a check that is a SQL file."""

    name: str
    kind: str
    asset: AssetKey | None
    config: CheckConfig
    span: Span
    column: str | None = None
    arguments: tuple[tuple[str, object], ...] = ()
    path: str | None = None
    asset_name: str | None = None
    places: tuple[tuple[str, Span], ...] = ()


def drafts_of_patch(asset: Asset, patch: Patch | None) -> Iterator[CheckDraft]:
    """The checks of an asset: those of its property file, then those of its own configuration."""
    for spec in patch.checks if patch else ():
        yield _draft_of_spec(spec, asset.key, asset.key.name)
    for value in asset.config.checks:
        configured = _spec_of_value(value, asset.span)
        if configured is not None:
            yield _draft_of_spec(configured, asset.key, asset.key.name)


def drafts_of_source(source: Source, declared: DeclaredSource) -> Iterator[CheckDraft]:
    """The checks of a declared source."""
    for spec in declared.checks:
        draft = _draft_of_spec(spec, source.key, f"{declared.source}_{declared.table}")
        yield replace(draft, name=f"source_{draft.name}") if spec.name is None else draft


def draft_of_file(facts: SqlFacts) -> CheckDraft:
    """A check that is a SQL file: `-- asset: orders` says whose it is, `orders__positive.sql` is then `positive`."""
    header = dict(facts.header)
    name = PurePosixPath(facts.text.path).stem
    asset_name = header.get("asset")
    if asset_name and name.startswith(f"{asset_name.rpartition('/')[2]}__"):
        name = name.partition("__")[2]
    config = _config_of_file({**header, **{entry.key: entry.value for entry in facts.discovered.config}})
    span = file_span(facts.text.path)
    return CheckDraft(name, "singular", None, config, span, path=facts.text.path, asset_name=asset_name)


def check_name(test: str, of: str, column: str | None, arguments: tuple[tuple[str, object], ...]) -> str:
    """The name of a generic test, as dbt makes it (docs.getdbt.com/reference/resource-properties/data-tests)."""
    base = test.replace(".", "_")
    values = {**({"column_name": column} if column else {}), **dict(arguments)}
    flat: list[str] = []
    for key in sorted(values):
        if key != "model":
            flat += _flat(values[key])
    words = [re.sub(r"[^0-9a-zA-Z_]+", "_", word) for word in flat]
    full = f"{base}_{of}_{'__'.join(words)}" if words else f"{base}_{of}_"
    if len(full) < LONGEST_NAME:
        return full
    short = f"{base}_{of}"[:30]
    return f"{short}_{md5(full.encode(), usedforsecurity=False).hexdigest()}"


def _flat(value: object) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value]
    if isinstance(value, Mapping):
        return [str(item) for item in value.values()]
    return [str(value)]


def _draft_of_spec(spec: CheckSpec, asset: AssetKey, of: str) -> CheckDraft:
    name = spec.name or check_name(spec.test, of, spec.column, spec.arguments)
    return CheckDraft(name, spec.test, asset, spec.config, spec.span, spec.column, spec.arguments, places=spec.places)


def _spec_of_value(value: object, span: Span) -> CheckSpec | None:
    """A check in `config(checks=[...])`: a name, or `unique('id')`, which is `{"unique": {"column_name": "id"}}`."""
    if isinstance(value, str):
        return CheckSpec(value, (), CheckConfig(), span)
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    test, given = next(iter(value.items()))
    values: Mapping[str, object] = given if isinstance(given, Mapping) else {}
    arguments = tuple((str(key), item) for key, item in values.items() if key not in NOT_ARGUMENTS)
    where, column = values.get("where"), values.get("column_name")
    config = CheckConfig(severity=_severity(values), where=str(where) if where else None)
    return CheckSpec(str(test), arguments, config, span, str(column) if column else None)


def _severity(values: Mapping[str, object]) -> Literal["error", "warn"]:
    return "warn" if str(values.get("severity", "error")).casefold() == "warn" else "error"


def _config_of_file(values: Mapping[str, object]) -> CheckConfig:
    limit = values.get("limit")
    return CheckConfig(
        severity=_severity(values),
        limit=limit if isinstance(limit, int) else None,
        fail_calc=str(values.get("fail_calc", "count(*)")),
        warn_if=str(values.get("warn_if", "!= 0")),
        error_if=str(values.get("error_if", "!= 0")),
        enabled=values.get("enabled") is not False,
    )


def check_of(project: Project, draft: CheckDraft, read: tuple[AssetKey, ...]) -> Check:
    """The check that was asked for, which reads these assets."""
    package = project.package_of(draft.span.path)
    return Check(
        id=NodeId("test", package.name, draft.name),
        name=draft.name,
        kind=draft.kind,
        assets=read,
        config=draft.config,
        span=draft.span,
        column=draft.column,
        arguments=draft.arguments,
        fqn=(package.name, *package.folders_of(draft.span.path), draft.name),
        path=draft.path,
        places=draft.places,
    )
