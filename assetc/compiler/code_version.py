"""The version of what an asset would execute: it changes when the result may change, not when a comment does."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from msgspec.structs import replace

from assetc.compiler.asset import Asset
from assetc.compiler.config import AssetConfig, Hook
from assetc.compiler.define_assets import Draft
from assetc.compiler.facts import FileFacts, SqlFacts
from assetc.compiler.place import TextId

COUNTED = (
    "materialized", "unique_key", "incremental_strategy", "incremental_predicates", "on_schema_change",
    "merge_update_columns", "merge_exclude_columns", "column_types", "delimiter", "quote_columns", "pre_hook",
    "post_hook",
)  # fmt: skip
"""The configuration that changes what is executed; descriptions, tags and owners do not."""


def versioned(draft: Draft, facts: FileFacts, sql: Mapping[TextId, SqlFacts]) -> Asset:
    """The asset with the version of its code, of its relation, and of the configuration that counts."""
    asset = draft.asset
    relation = asset.relation.parts() if asset.relation else ()
    version = _hash((_text_version(draft, facts, sql), relation, _counted(asset.config)))
    return replace(asset, code_version=version)


def _text_version(draft: Draft, facts: FileFacts, sql: Mapping[TextId, SqlFacts]) -> str:
    """The version of the text: of Python, its own source and the project files that it leads to."""
    asset = draft.asset
    if draft.python is not None:
        return _hash((draft.python.source_hash, facts.python[asset.path].files))
    if asset.kind == "seed":
        return facts.seeds[asset.path].content
    understood = sql[asset.text].understood
    return understood.version if understood else asset.code_version


def _counted(config: AssetConfig) -> tuple[tuple[str, object], ...]:
    values = ((name, _without_places(getattr(config, name))) for name in COUNTED)
    plain = tuple((name, sorted(value.items()) if hasattr(value, "items") else value) for name, value in values)
    return (*plain, *sorted((key, repr(value)) for key, value in config.extra.items()))


def _without_places(value: object) -> object:
    """The value; hooks without their places, which say nothing of what is executed."""
    if not isinstance(value, tuple):
        return value
    return tuple(replace(each, span=None) if isinstance(each, Hook) else each for each in value)


def _hash(value: object) -> str:
    return blake2b(repr(value).encode(), digest_size=16).hexdigest()
