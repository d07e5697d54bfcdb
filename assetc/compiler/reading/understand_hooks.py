"""The pass that reads the SQL of hooks: what runs before and after an asset needs what it reads, too."""

from __future__ import annotations

from hashlib import blake2b

from msgspec.structs import replace

from assetc.compiler.asset import Asset
from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.declare import Declared
from assetc.compiler.facts import PlacedReference, SqlFacts
from assetc.compiler.names.target_names import TargetNames
from assetc.compiler.reading.understand import Reader, discover, is_understood, reader_of, understand
from assetc.compiler.template.surroundings import Template
from assetc.compiler.text_id import TextId
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

HookReferences = dict[AssetKey, tuple[PlacedReference, ...]]


def understand_hooks(given: CompilerInput, declared: Declared) -> tuple[HookReferences, dict[TextId, SqlFacts]]:
    """What the hooks of each asset read and write, at the place of the asset, and the facts about each hook."""
    found: HookReferences = {}
    facts: dict[TextId, SqlFacts] = {}
    paths: set[str] = set()
    quote = given.surroundings.warehouse.quote
    for asset in (draft.asset for draft in declared.drafts):
        paths.add(asset.path)
        hooks = hooks_of(asset)
        if not hooks:
            continue
        relation = asset.relation or Relation(None, None, "this")
        own_names = TargetNames(declared.names, asset.key, relation, declared.assets, quote)
        reader = reader_of(given, asset.config, replace(given.surroundings, names=own_names))
        known = {text: _understood(given, reader, text, sql) for text, sql in hooks}
        facts |= known
        placed = (reference for each in known.values() if each.understood for reference in each.understood.references)
        found[asset.key] = tuple(replace(reference, span=asset.span, kind="hook") for reference in placed)
    given.memory.forget_pieces(paths, facts.keys())
    return found, facts


def hooks_of(asset: Asset) -> tuple[tuple[TextId, str], ...]:
    """The hooks of an asset, each a piece of the asset's file, with their SQL."""
    both = (("pre_hook", asset.config.pre_hook), ("post_hook", asset.config.post_hook))
    return tuple(
        (TextId(asset.path, f"{asset.key} {moment} {number}"), hook.sql)
        for moment, hooks in both
        for number, hook in enumerate(hooks)
    )


def _understood(given: CompilerInput, reader: Reader, text: TextId, sql: str) -> SqlFacts:
    """What the SQL of one hook reads and writes."""
    content = blake2b(sql.encode(), digest_size=16).hexdigest()
    known = given.memory.sql(text)
    if known is not None and known.content == content and is_understood(known.understood, reader):
        return known
    template = Template(text.path, sql)
    discovered = discover(template, reader.surroundings)
    understood, _ = understand(template, reader, discovered)
    facts = SqlFacts(text, content, discovered, (), understood)
    given.memory.keep(facts)
    return facts
