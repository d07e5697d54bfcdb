"""The version of what an asset would execute: it changes when the result may change, not when a comment does."""

from __future__ import annotations

from hashlib import blake2b

from assetc.compiler.asset import Asset
from assetc.compiler.config import AssetConfig
from assetc.compiler.facts import PythonFacts

COUNTED = [
    "materialized",
    "unique_key",
    "incremental_strategy",
    "incremental_predicates",
    "on_schema_change",
    "merge_update_columns",
    "merge_exclude_columns",
    "column_types",
    "delimiter",
    "quote_columns",
    "pre_hook",
    "post_hook",
]
"""The configuration that changes what is executed; descriptions, tags and owners do not."""


def code_version(asset: Asset, text_version: str) -> str:
    """The version of an asset whose text has this version."""
    relation = asset.relation.parts() if asset.relation else ()
    return _hash((text_version, relation, _counted(asset.config)))


def python_version(facts: PythonFacts, source_hash: str) -> str:
    """The version of a Python asset's text: its own source and the project files that it leads to."""
    return _hash((source_hash, facts.files))


def _counted(config: AssetConfig) -> tuple[tuple[str, object], ...]:
    values = ((name, getattr(config, name)) for name in COUNTED)
    plain = tuple((name, sorted(value.items()) if hasattr(value, "items") else value) for name, value in values)
    return (*plain, *sorted((key, repr(value)) for key, value in config.extra.items()))


def _hash(value: object) -> str:
    return blake2b(repr(value).encode(), digest_size=16).hexdigest()
