"""The SQL of an asset as it is sent to the warehouse: every resolved name is replaced by its relation in the target.

The rest of the author's text is unchanged. Ephemeral models become CTEs at the head of the query, the innermost first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from assetc.compiler.asset import Asset
from assetc.compiler.facts import Variant
from assetc.compiler.names.names import Names, find_table, inlined_name, is_written, schema_of
from assetc.compiler.reference import Reference
from assetc.compiler.sql.rewrite import rewrite
from assetc.compiler.sql.splice import Replacement, Spliced, splice
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

OPENING_WITH = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*(with(?:\s+recursive)?\b)?", re.IGNORECASE | re.DOTALL)


class Emitter(Struct, frozen=True):
    """What is needed to write SQL for one target: the names, the assets, and how the adapter writes a relation."""

    names: Names
    assets: Mapping[AssetKey, Asset]
    name_of: Callable[[Relation], str]
    variant_of: Callable[[AssetKey], Variant]
    written_relation: Callable[[tuple[str, ...]], Relation]
    rewrites: bool = True


class Emitted(Struct, frozen=True):
    """SQL as it is sent, and how its offsets lead back to the rendered text of its template."""

    sql: str
    steps: tuple[Spliced, ...]

    def rendered_offset(self, offset: int) -> int:
        """The offset in the rendered template for an offset of `sql`."""
        for step in reversed(self.steps):
            offset = step.old_offset(offset)
        return offset


def emit(emitter: Emitter, owner: AssetKey, variant: Variant) -> Emitted:
    """The SQL of one variant of a model or check; names are looked up for `owner`."""
    return with_inlined(emitter, owner, variant, _with_relations(emitter, owner, variant))


def with_inlined(emitter: Emitter, owner: AssetKey, variant: Variant, spliced: Spliced) -> Emitted:
    """The SQL of a variant, whose relations are written already, below the ephemeral models that it names."""
    inlined = tuple(_inlined(emitter, variant, owner))
    if not inlined:
        return Emitted(spliced.text, (spliced,))
    head = _head_insertion(spliced.text, [f"{inlined_name(key)} as (\n{sql}\n)" for key, sql in inlined])
    with_head = splice(spliced.text, (head,))
    return Emitted(with_head.text, (spliced, with_head))


def relation_text(emitter: Emitter, reference: Reference, owner: AssetKey) -> str | None:
    """The text that replaces a name, or None if it stays as written."""
    if reference.kind not in ("read", "write"):
        return None
    found = find_table(emitter.names, reference.parts, owner)
    if len(found) != 1:
        return None
    asset = emitter.assets.get(found[0])
    if asset is not None and asset.config.materialization.is_inlined:
        return inlined_name(asset.key)
    if is_written(emitter.names, reference.parts, found[0]) and not _is_own_place(emitter.names, reference, found[0]):
        return emitter.name_of(emitter.written_relation(reference.parts))
    relation = emitter.names.relations.get(found[0])
    return None if relation is None else emitter.name_of(relation)


def _is_own_place(names: Names, reference: Reference, key: AssetKey) -> bool:
    """Whether the name is that of the asset's own relation, and not of another one that its body creates."""
    own, parts = names.logical_names[key], reference.parts
    return own.name == parts[-1] and own.schema == schema_of(parts, names.default_schema, names.other_schemas)


def _with_relations(emitter: Emitter, owner: AssetKey, variant: Variant) -> Spliced:
    text = variant.rendered.text
    if not emitter.rewrites:
        return splice(text, ())
    return rewrite(text, variant.reading, lambda reference: relation_text(emitter, reference, owner))


def _inlined(emitter: Emitter, variant: Variant, owner: AssetKey) -> Iterator[tuple[AssetKey, str]]:
    """The ephemeral models that a text needs, each once, after those that it needs itself."""
    done: set[AssetKey] = set()
    pending: list[tuple[AssetKey, bool]] = [(key, False) for key in reversed(_ephemeral(emitter, variant, owner))]
    while pending:
        key, is_open = pending.pop()
        if key in done:
            continue
        inner = emitter.variant_of(key)
        if is_open:
            done.add(key)
            sql = _with_relations(emitter, key, inner).text
            yield key, sql.strip().rstrip(";").rstrip()
            continue
        pending.append((key, True))
        pending += [(needed, False) for needed in reversed(_ephemeral(emitter, inner, key)) if needed not in done]


def _ephemeral(emitter: Emitter, variant: Variant, owner: AssetKey) -> list[AssetKey]:
    reads = (reference for reference in variant.reading.references if reference.kind == "read")
    found = (find_table(emitter.names, reference.parts, owner) for reference in reads)
    certain = dict.fromkeys(keys[0] for keys in found if len(keys) == 1 and keys[0] != owner)
    return [key for key in certain if key in emitter.assets and emitter.assets[key].config.materialization.is_inlined]


def _head_insertion(text: str, ctes: Iterable[str]) -> Replacement:
    """The CTEs as text that goes where the query's own WITH begins, or before the query."""
    match = OPENING_WITH.match(text)
    written = ",\n".join(ctes)
    if match is not None and match[1]:
        return Replacement(match.end(), match.end(), f" {written},")
    return Replacement(0, 0, f"with {written}\n")
