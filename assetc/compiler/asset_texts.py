"""The texts in the configuration of an asset: its hooks, and the predicates of an incremental one."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.compiler.asset import Asset
from assetc.compiler.config_text import ConfigText
from assetc.compiler.place import Span, TextId


def text_of_asset(asset: Asset, title: str, sql: str, span: Span | None, number: int = 0) -> ConfigText:
    """A text of an asset; `number` tells those of one title apart."""
    return ConfigText(TextId(asset.path, f"{asset.key} {title} {number}"), title, sql, span or asset.span)


def hooks_of(asset: Asset) -> Iterator[ConfigText]:
    """The hooks of an asset."""
    both = (("pre-hook", asset.config.pre_hook), ("post-hook", asset.config.post_hook))
    for title, hooks in both:
        for number, hook in enumerate(hooks):
            yield text_of_asset(asset, title, hook.sql, hook.span, number)


def predicates_of(asset: Asset) -> Iterator[ConfigText]:
    """The predicates of an incremental asset."""
    key = "incremental_predicates"
    span = dict(asset.config.places).get(key)
    for number, sql in enumerate(asset.config.incremental_predicates):
        yield text_of_asset(asset, key, sql, span, number)
