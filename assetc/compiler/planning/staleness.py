"""Which assets are missing or stale, and why: the graph held against what was recorded at the last build."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from assetc.compiler.asset import Asset, Fingerprint, Graph, NodeId
from assetc.compiler.config import AssetConfig
from assetc.compiler.names.file_source import PREFIX
from assetc.compiler.planning.inputs import Inputs, is_view
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

if TYPE_CHECKING:
    from assetc.compiler.operation import RelationKind

Freshness = Literal["fresh", "stale", "missing"]

ReasonKind = Literal[
    "never_built", "relation_gone", "code_changed", "config_changed", "seed_changed", "upstream_built",
    "upstream_stale", "upstream_missing", "inlined_changed", "new_dependency", "file_changed",
]  # fmt: skip

ValueKind = Literal["table", "view", "object", "none"]
"""What was made: a relation of this kind, an object in the store, or nothing that is kept."""

_REDEFINING: frozenset[ReasonKind] = frozenset(
    ("never_built", "code_changed", "config_changed", "inlined_changed", "new_dependency")
)


_NEWER_DATA: frozenset[ReasonKind] = frozenset(("upstream_built", "file_changed"))


class Recorded(Struct, frozen=True):
    """The last materialization of an asset in this target.

    `data_version` is what a reader of its rows remembers (the event's id, unless the content has a version of its own);
    `definition` is what a view that names it remembers. `inputs` are the versions that were read then: of assets one of
    these two, of inlined models their code, of files a hash of what they held. `path` is where an object is stored.
    """

    event_id: str
    at: float
    code_version: Fingerprint
    data_version: str
    definition: str
    settings: str = ""
    relation: Relation | None = None
    inputs: Mapping[AssetKey, str] = field(default_factory=dict)
    kind: ValueKind = "table"
    path: str | None = None


class Reason(Struct, frozen=True):
    """Why an asset is not fresh. `upstream` is the asset that causes it, `detail` what exactly changed."""

    kind: ReasonKind
    upstream: AssetKey | None = None
    detail: str = ""

    def __str__(self) -> str:
        return _TEXTS[self.kind].format(upstream=self.upstream, detail=self.detail)


_TEXTS: dict[ReasonKind, str] = {
    "never_built": "first build",
    "relation_gone": "relation is gone",
    "code_changed": "code changed",
    "config_changed": "config changed: {detail}",
    "seed_changed": "seed content changed",
    "upstream_built": "upstream {upstream} built after this read it",
    "upstream_stale": "upstream {upstream} is stale",
    "upstream_missing": "upstream {upstream} is missing",
    "inlined_changed": "ephemeral {upstream} changed",
    "new_dependency": "new dependency on {upstream}",
    "file_changed": "{detail} changed",
}


class Condition(Struct, frozen=True):
    """Whether an asset is fresh. `upstream_changed`: data that it or its upstream read is newer now.

    `redefined`: its columns may become others when it is built, so that views on it have to be created again.
    """

    freshness: Freshness
    reasons: tuple[Reason, ...] = ()
    upstream_changed: bool = False
    redefined: bool = False


FRESH = Condition("fresh")


class Remembered(Struct, frozen=True):
    """What earlier runs say, and the warehouse if it was asked.

    `verified` are checks that passed on these data, `files` the versions of what the files hold now.
    """

    recorded: Mapping[AssetKey, Recorded] = field(default_factory=dict)
    existing: Mapping[Relation, RelationKind] | None = None
    verified: frozenset[NodeId] = frozenset()
    files: Mapping[AssetKey, str] = field(default_factory=dict)


NOTHING_REMEMBERED = Remembered()


def assess(
    graph: Graph, ordered: Iterable[AssetKey], inputs: Mapping[AssetKey, Inputs], remembered: Remembered
) -> dict[AssetKey, Condition]:
    """The condition of these assets, upstream first, but ephemeral ones."""
    conditions: dict[AssetKey, Condition] = {}
    for key in ordered:
        asset = graph.assets[key]
        if not asset.config.materialization.is_inlined:
            conditions[key] = _condition(asset, inputs[key], remembered, conditions)
    return conditions


def _condition(
    asset: Asset, inputs: Inputs, remembered: Remembered, conditions: Mapping[AssetKey, Condition]
) -> Condition:
    record = remembered.recorded.get(asset.key)
    if record is None:
        return Condition("missing", (Reason("never_built"),), redefined=True)
    own = _own_reasons(asset, record)
    if _is_gone(asset, record, remembered.existing):
        return Condition("missing", (Reason("relation_gone"), *own), redefined=bool(own))
    if not own and _reads_the_same(asset, inputs, record, remembered, conditions):
        return FRESH
    upstream = [conditions[key] for key in inputs.reads if conditions.get(key, FRESH) is not FRESH]
    reasons = (*own, *_input_reasons(asset, inputs, record, remembered, conditions))
    kinds = {reason.kind for reason in reasons}
    changed = not kinds.isdisjoint(_NEWER_DATA) or any(condition.upstream_changed for condition in upstream)
    if not reasons:
        return Condition("fresh", upstream_changed=changed)
    redefined = not kinds.isdisjoint(_REDEFINING) or any(condition.redefined for condition in upstream)
    return Condition("stale", reasons, changed, redefined)


def _reads_the_same(
    asset: Asset,
    inputs: Inputs,
    record: Recorded,
    remembered: Remembered,
    conditions: Mapping[AssetKey, Condition],
) -> bool:
    """Whether everything that the asset reads is fresh, and as it was read last. Most assets are asked this alone."""
    view, read = is_view(asset), record.inputs
    for key, version in inputs.inlined:
        if read.get(key) != version:
            return False
    for key in inputs.reads:
        current = remembered.recorded.get(key)
        if current is None or conditions.get(key, FRESH) is not FRESH:
            return False
        if read.get(key) != (current.definition if view else current.data_version):
            return False
    return all(read.get(key) == remembered.files.get(key, "") for key in inputs.files)


def _is_gone(asset: Asset, record: Recorded, existing: Collection[Relation] | None) -> bool:
    """Whether the relation that was recorded, and that still is the asset's, is not there any more."""
    if existing is None or record.relation is None:
        return False
    return asset.relation == record.relation and record.relation not in existing


def _own_reasons(asset: Asset, record: Recorded) -> tuple[Reason, ...]:
    settings = physical_settings(asset)
    if settings != record.settings:
        return (Reason("config_changed", detail=_difference(record.settings, settings)),)
    if asset.relation and record.relation and asset.relation != record.relation:
        moved = f"relation {_name(record.relation)} → {_name(asset.relation)}"
        return (Reason("config_changed", detail=moved),)
    if asset.code_version != record.code_version:
        return (Reason("seed_changed" if asset.kind == "seed" else "code_changed"),)
    return ()


def _input_reasons(
    asset: Asset,
    inputs: Inputs,
    record: Recorded,
    remembered: Remembered,
    conditions: Mapping[AssetKey, Condition],
) -> Iterator[Reason]:
    view = is_view(asset)
    for key, version in inputs.inlined:
        if record.inputs.get(key, version) != version:
            yield Reason("inlined_changed", key)
    for key in inputs.reads:
        condition = conditions.get(key, FRESH)
        current = remembered.recorded.get(key)
        if key not in record.inputs:
            yield Reason("new_dependency", key)
        elif current is not None and record.inputs[key] != (current.definition if view else current.data_version):
            yield Reason("upstream_built", key)
        elif condition.freshness != "fresh" and (condition.redefined or not view):
            yield Reason("upstream_missing" if condition.freshness == "missing" else "upstream_stale", key)
    for key in inputs.files:
        if key not in record.inputs:
            yield Reason("new_dependency", key)
        elif record.inputs[key] != remembered.files.get(key, ""):
            yield Reason("file_changed", key, detail=str(key).removeprefix(PREFIX))


def physical_settings(asset: Asset) -> str:
    """The configuration that decides how the asset is stored, as text in a fixed order."""
    config = asset.config
    if config.materialized == "table" and not config.unique_key and config.incremental_strategy is None:
        return _TABLE
    if config.materialized == "view":
        return _VIEW
    return json.dumps(dict(_settings(config)))


def _settings(config: AssetConfig) -> Iterator[tuple[str, object]]:
    yield "materialized", config.materialized
    if config.unique_key:
        yield "unique_key", list(config.unique_key)
    if config.incremental_strategy is not None:
        yield "incremental_strategy", config.incremental_strategy


_TABLE, _VIEW = (json.dumps({"materialized": name}) for name in ("table", "view"))


def _difference(before: str, after: str) -> str:
    """`materialized view → table`, for each setting that is another one now."""
    old, new = (json.loads(text) if text else {} for text in (before, after))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return ", ".join(f"{name} {_word(old.get(name))} → {_word(new.get(name))}" for name in names)


def _word(value: object) -> str:
    if value is None:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _name(relation: Relation | None) -> str:
    return ".".join(relation.parts()) if relation else "none"
