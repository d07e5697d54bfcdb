"""The pass in which templates become SQL for the target: rendered with all names known, and read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from assetc.compiler.collector import drop_trees, keep_what_is
from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.config import NOTHING, ConfigValues
from assetc.compiler.declare import Declared
from assetc.compiler.facts import SqlFacts
from assetc.compiler.names.target_names import TargetNames
from assetc.compiler.reading.understand import at_moment, is_understood, reader_of, understand
from assetc.compiler.resolution.resolve_checks import NOBODY
from assetc.compiler.template.surroundings import Template
from assetc.compiler.text_id import TextId
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

TextOwner = tuple[TextId, AssetKey, Relation]
"""A template, the key that its names are looked up for, and the relation that `this` is."""


def _owners(declared: Declared) -> Iterator[TextOwner]:
    """The templates of models and checks."""
    for draft in declared.drafts:
        if draft.asset.kind in ("model", "snapshot"):
            asset = draft.asset
            yield asset.text, asset.key, asset.relation or Relation(None, None, asset.key.name)
    for check in declared.checks:
        if check.path is not None:
            yield TextId(check.path), NOBODY, Relation(None, None, check.name)


def understand_files(
    given: CompilerInput, declared: Declared, facts: Mapping[TextId, SqlFacts]
) -> tuple[dict[TextId, SqlFacts], int]:
    """The facts with everything that their SQL tells, and how many texts had to be parsed for it."""
    understood: dict[TextId, SqlFacts] = {}
    names, assets = declared.names, declared.assets
    parsed = 0
    moment = at_moment(given.surroundings, execute=True, incremental=False)
    keep_what_is()
    for text, key, relation in _owners(declared):
        own_names = TargetNames(names, key, relation, assets, moment.warehouse.quote)
        config = assets[key].config if key in assets else None
        package = given.project.package_of(text.path).name
        values = ConfigValues(config) if config else NOTHING
        surroundings = replace(moment, names=own_names, config=values, package=package)
        reader = reader_of(given, config, surroundings)
        known = facts[text]
        if not is_understood(known.understood, reader):
            template = Template(text.path, given.files.text(text.path))
            found, compiled = understand(template, reader, known.discovered)
            given.memory.keep_text(compiled)
            known = replace(known, understood=found)
            parsed += 1
            drop_trees()
        understood[text] = known
    return understood, parsed
