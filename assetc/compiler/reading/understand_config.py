"""The pass that reads the texts in the configuration of assets: what hooks and predicates name is needed, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from msgspec.structs import replace

from assetc.compiler.asset_texts import hooks_of, predicates_of
from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.config_text import ConfigText
from assetc.compiler.declare import Declared
from assetc.compiler.diagnostic import Diagnostic, Faults
from assetc.compiler.facts import ConfigTextFacts, SqlFacts, Understood
from assetc.compiler.names.target_names import View
from assetc.compiler.place import TextId
from assetc.compiler.reading.understand import Reader, discover, is_too_early, is_understood, reader_of, understand
from assetc.compiler.template.reads import still_valid
from assetc.definitions.key import AssetKey


def understand_config(
    given: CompilerInput, declared: Declared, view: View
) -> tuple[dict[AssetKey, tuple[ConfigTextFacts, ...]], Faults]:
    """What the texts in the configuration of each asset say, and what is wrong with them.

    A hook may be empty, and call what only the warehouse knows.
    """
    found: dict[AssetKey, tuple[ConfigTextFacts, ...]] = {}
    faults: dict[TextId, tuple[Diagnostic, ...]] = {}
    assets = [draft.asset for draft in declared.drafts]
    for asset in assets:
        hooks, predicates = tuple(hooks_of(asset)), tuple(predicates_of(asset))
        if hooks or predicates:
            seen = view.of_asset(given.surroundings, asset)
            reader = replace(reader_of(given, asset.config, seen), is_query=False)
            known = (*(_understood(given, reader, text) for text in hooks), *(_parts(predicates, reader)))
            found[asset.key] = tuple(map(ConfigTextFacts, (*hooks, *predicates), known))
            faults |= {each.text.id: each.text.placed(each.problems, given.files.text) for each in found[asset.key]}
    given.memory.forget_pieces({asset.path for asset in assets}, {*faults, *(asset.text for asset in assets)})
    return found, faults


NOTHING = Understood((), (), (), "", None)
"""What a part of a statement says by itself."""


def _parts(texts: Iterable[ConfigText], reader: Reader) -> Iterator[SqlFacts]:
    """What the templates of texts refer to that are a part of a statement, and none by themselves."""
    return (SqlFacts(text.id, "", discover(text.template, reader.surroundings), (), NOTHING) for text in texts)


def _understood(given: CompilerInput, reader: Reader, text: ConfigText) -> SqlFacts:
    """What one text refers to, reads and writes; not understood while it looks at a graph that is not there yet."""
    content = blake2b(text.text.encode(), digest_size=16).hexdigest()
    known = given.memory.sql(text.id)
    if known is None or known.content != content or not still_valid(known.discovered.reads, reader.surroundings):
        known = SqlFacts(text.id, content, discover(text.template, reader.surroundings))
    if not is_understood(known.understood, reader) and not is_too_early(known.understood, reader):
        understood, _ = understand(text.template, reader, known.discovered)
        known = replace(known, understood=understood)
        given.memory.keep(known)
    return replace(known, understood=None) if is_too_early(known.understood, reader) else known
