"""The pass that reads the SQL of hooks: what runs before and after an asset needs what it reads, too."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from msgspec.structs import replace

from assetc.compiler.asset import Asset
from assetc.compiler.facts import PlacedReference, SqlFacts, Understood
from assetc.compiler.given import Given
from assetc.compiler.reading.understand import Reader, discover, is_understood, reader_of, understand
from assetc.compiler.reading.understand_files import TargetNames
from assetc.compiler.template.surroundings import Template
from assetc.definitions.key import AssetKey

HookReferences = dict[AssetKey, tuple[PlacedReference, ...]]


def understand_hooks(given: Given, assets: Iterable[Asset], pattern: TargetNames) -> HookReferences:
    """What the hooks of each asset read and write. Their places are those of the assets.

    The owner of `pattern` is replaced by each asset in turn.
    """
    found: HookReferences = {}
    for asset in assets:
        hooks = (*asset.config.pre_hook, *asset.config.post_hook)
        if not hooks:
            continue
        own_names = replace(pattern, owner=asset.key, relation=asset.relation or pattern.relation)
        reader = reader_of(given, asset.config, replace(given.surroundings, names=own_names))
        understood = (_understood(given, reader, asset, hook.sql) for hook in hooks)
        placed = (reference for each in understood for reference in each.references)
        found[asset.key] = tuple(replace(reference, span=asset.span, kind="hook") for reference in placed)
    return found


def _understood(given: Given, reader: Reader, asset: Asset, sql: str) -> Understood:
    """What one hook's SQL tells, remembered under a name of its own."""
    content = blake2b(sql.encode(), digest_size=16).hexdigest()
    path = f"{asset.path}#{content}"
    known = given.memory.sql(path)
    if known is not None and is_understood(known.understood, reader):
        return known.understood
    template = Template(path, sql)
    discovered = discover(template, reader.surroundings)
    understood, _ = understand(template, reader, discovered)
    given.memory.keep(SqlFacts(path, content, discovered, (), understood))
    return understood
