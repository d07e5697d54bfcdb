"""The pass in which templates become SQL for the target: rendered with all names known, and read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from assetc.compiler.asset import Asset
from assetc.compiler.collector import drop_trees, keep_what_is
from assetc.compiler.config import NOTHING, ConfigValues
from assetc.compiler.facts import SqlFacts
from assetc.compiler.given import Given
from assetc.compiler.names.names import Names
from assetc.compiler.names.target_names import TargetNames
from assetc.compiler.reading.understand import at_moment, is_understood, reader_of, understand
from assetc.compiler.template.surroundings import Template
from assetc.compiler.text_id import TextId
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

Owner = tuple[TextId, AssetKey, Relation]
"""A template, the key that its names are looked up for, and the relation that `this` is."""


def understand_files(
    given: Given,
    owners: Iterable[Owner],
    assets: Mapping[AssetKey, Asset],
    facts: Mapping[TextId, SqlFacts],
    names: Names,
) -> tuple[dict[TextId, SqlFacts], int]:
    """The facts with everything that their SQL tells, and how many texts had to be parsed for it."""
    understood: dict[TextId, SqlFacts] = {}
    parsed = 0
    moment = at_moment(given.surroundings, execute=True, incremental=False)
    keep_what_is()
    for text, key, relation in owners:
        own_names = TargetNames(names, key, relation, assets, moment.warehouse.quote)
        config = assets[key].config if key in assets else None
        surroundings = replace(moment, names=own_names, config=ConfigValues(config) if config else NOTHING)
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
