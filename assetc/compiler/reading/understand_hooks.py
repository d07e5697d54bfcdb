"""The pass that reads the SQL of hooks: what runs before and after an asset needs what it reads, too."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from msgspec.structs import replace

from assetc.compiler.asset import Asset
from assetc.compiler.facts import PlacedReference, SqlFacts, Understood
from assetc.compiler.given import Given
from assetc.compiler.names.target_names import TargetNames
from assetc.compiler.reading.understand import Reader, discover, is_understood, reader_of, understand
from assetc.compiler.template.surroundings import Template
from assetc.compiler.text_id import TextId
from assetc.definitions.key import AssetKey

HookReferences = dict[AssetKey, tuple[PlacedReference, ...]]


def understand_hooks(given: Given, assets: Iterable[Asset], pattern: TargetNames) -> HookReferences:
    """What the hooks of each asset read and write. Their places are those of the assets.

    The owner of `pattern` is replaced by each asset in turn.
    """
    found: HookReferences = {}
    present: set[TextId] = set()
    paths: set[str] = set()
    for asset in assets:
        paths.add(asset.path)
        hooks = hooks_of(asset)
        if not hooks:
            continue
        present.update(text for text, _ in hooks)
        own_names = replace(pattern, owner=asset.key, relation=asset.relation or pattern.relation)
        reader = reader_of(given, asset.config, replace(given.surroundings, names=own_names))
        understood = (_understood(given, reader, text, sql) for text, sql in hooks)
        placed = (reference for each in understood for reference in each.references)
        found[asset.key] = tuple(replace(reference, span=asset.span, kind="hook") for reference in placed)
    given.memory.forget_pieces(paths, present)
    return found


def hooks_of(asset: Asset) -> tuple[tuple[TextId, str], ...]:
    """The hooks of an asset, each a piece of the asset's file, with their SQL."""
    both = (("pre_hook", asset.config.pre_hook), ("post_hook", asset.config.post_hook))
    return tuple(
        (TextId(asset.path, f"{asset.key} {moment} {number}"), hook.sql)
        for moment, hooks in both
        for number, hook in enumerate(hooks)
    )


def _understood(given: Given, reader: Reader, text: TextId, sql: str) -> Understood:
    """What the SQL of one hook reads and writes."""
    content = blake2b(sql.encode(), digest_size=16).hexdigest()
    known = given.memory.sql(text)
    if known is not None and known.content == content and is_understood(known.understood, reader):
        return known.understood
    template = Template(text.path, sql)
    discovered = discover(template, reader.surroundings)
    understood, _ = understand(template, reader, discovered)
    given.memory.keep(SqlFacts(text, content, discovered, (), understood))
    return understood
