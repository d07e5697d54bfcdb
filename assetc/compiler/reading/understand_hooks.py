"""The pass that reads the hooks of assets: what runs before and after an asset needs what it reads, too."""

from __future__ import annotations

from hashlib import blake2b

from msgspec.structs import replace

from assetc.compiler.asset import Asset
from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.declare import Declared
from assetc.compiler.diagnostic import Diagnostic, Faults, in_config
from assetc.compiler.facts import HookFacts, SqlFacts
from assetc.compiler.names.target_names import seen_by_asset
from assetc.compiler.place import TextId
from assetc.compiler.reading.understand import Reader, discover, is_understood, reader_of, understand
from assetc.compiler.template.reads import still_valid
from assetc.compiler.template.surroundings import Template
from assetc.definitions.key import AssetKey


def understand_hooks(given: CompilerInput, declared: Declared) -> tuple[dict[AssetKey, tuple[HookFacts, ...]], Faults]:
    """What the hooks of each asset say, and what is wrong with them, each at the place of the asset.

    A hook may be empty, and call what only the warehouse knows.
    """
    found: dict[AssetKey, tuple[HookFacts, ...]] = {}
    faults: dict[TextId, tuple[Diagnostic, ...]] = {}
    assets = [draft.asset for draft in declared.drafts]
    for asset in assets:
        hooks = hooks_of(asset)
        if hooks:
            seen = seen_by_asset(given.surroundings, declared.names, declared.assets, asset)
            reader = replace(reader_of(given, asset.config, seen), is_query=False)
            found[asset.key] = tuple(HookFacts(sql, _understood(given, reader, text, sql)) for text, sql in hooks)
            faults |= {
                hook.facts.text: in_config("hook", hook.sql, asset.span, hook.problems) for hook in found[asset.key]
            }
    given.memory.forget_pieces({asset.path for asset in assets}, faults.keys())
    return found, faults


def hooks_of(asset: Asset) -> tuple[tuple[TextId, str], ...]:
    """The hooks of an asset, each a piece of the asset's file, with their SQL."""
    both = (("pre_hook", asset.config.pre_hook), ("post_hook", asset.config.post_hook))
    return tuple(
        (TextId(asset.path, f"{asset.key} {moment} {number}"), hook.sql)
        for moment, hooks in both
        for number, hook in enumerate(hooks)
    )


def _understood(given: CompilerInput, reader: Reader, text: TextId, sql: str) -> SqlFacts:
    """What one hook refers to, reads and writes."""
    content = blake2b(sql.encode(), digest_size=16).hexdigest()
    known = given.memory.sql(text)
    if (
        known is not None
        and known.content == content
        and still_valid(known.discovered.reads, reader.surroundings)
        and is_understood(known.understood, reader)
    ):
        return known
    template = Template(text.path, sql)
    discovered = discover(template, reader.surroundings)
    understood, _ = understand(template, reader, discovered)
    facts = SqlFacts(text, content, discovered, (), understood)
    given.memory.keep(facts)
    return facts
