"""The SQL of an asset as it is sent to the warehouse: every resolved name is replaced by its relation in the target.

The rest of the author's text is unchanged. Ephemeral models become CTEs at the head of the query that reads them, the
innermost first; in a statement that is no query, each stands in parentheses where it is read.
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
from assetc.compiler.sql.split import StatementText, split_statements
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

_SPACE = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*"
_OPENING_WITH = re.compile(rf"{_SPACE}(with(?:\s+recursive)?\b)?", re.IGNORECASE | re.DOTALL)
_QUERY = re.compile(rf"(?:{_SPACE}\()*{_SPACE}(?:with|select|from|values|table|pivot|unpivot)\b", re.I | re.DOTALL)


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
    return _emit(emitter, owner, variant, rewrites=emitter.rewrites)


def with_inlined(emitter: Emitter, owner: AssetKey, variant: Variant) -> Emitted:
    """SQL in which all relations are final, with the ephemeral models that it names."""
    return _emit(emitter, owner, variant, rewrites=False)


def _emit(emitter: Emitter, owner: AssetKey, variant: Variant, *, rewrites: bool) -> Emitted:
    spliced = _with_relations(emitter, owner, variant, rewrites=rewrites)
    if not any(_ephemeral(emitter, variant.reading.references, owner)):
        return Emitted(spliced.text, (spliced,))
    with_heads = splice(spliced.text, tuple(_heads(emitter, owner, variant, spliced.text)))
    return Emitted(with_heads.text, (spliced, with_heads))


def inlined_query(emitter: Emitter, key: AssetKey) -> str:
    """The query that stands for an ephemeral model where no CTE can, without its semicolon."""
    variant = emitter.variant_of(key)
    return _bare(emit(emitter, key, variant).sql, variant.reading.dialect)


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


def _with_relations(emitter: Emitter, owner: AssetKey, variant: Variant, *, rewrites: bool) -> Spliced:
    text, reading = variant.rendered.text, variant.reading
    without_head = _without_head(emitter, owner, variant)
    if not rewrites and not without_head:
        return splice(text, ())

    def text_of(reference: Reference) -> str | None:
        if reference in without_head:
            return f"(\n{inlined_query(emitter, without_head[reference])}\n)"
        return relation_text(emitter, reference, owner) if rewrites else None

    return rewrite(text, reading, text_of)


def _without_head(emitter: Emitter, owner: AssetKey, variant: Variant) -> dict[Reference, AssetKey]:
    """What is read of ephemeral models in statements that have no place for a CTE: CREATE, INSERT, SET ..."""
    found = dict(_ephemeral(emitter, variant.reading.references, owner))
    if not found:
        return found
    statements = split_statements(variant.rendered.text, variant.reading.dialect)
    others = [each for each in statements if not _QUERY.match(each.sql)]
    return {read: key for read, key in found.items() if any(each.holds(read.start) for each in others)}


def _heads(emitter: Emitter, owner: AssetKey, variant: Variant, text: str) -> Iterator[Replacement]:
    """The ephemeral models that each query of a text needs, at its head; `text` is what became of it meanwhile."""
    before, after = (split_statements(each, variant.reading.dialect) for each in (variant.rendered.text, text))
    for written, now in zip(before, after, strict=True):
        reads = variant.reading.references if _QUERY.match(written.sql) else ()
        needed = [each for each in reads if written.holds(each.start)]
        inlined = [f"{inlined_name(key)} as (\n{sql}\n)" for key, sql in _inlined(emitter, needed, owner)]
        if inlined:
            yield _head_insertion(now, inlined)


def _inlined(emitter: Emitter, references: Iterable[Reference], owner: AssetKey) -> Iterator[tuple[AssetKey, str]]:
    """The ephemeral models that a query needs, each once, after those that it needs itself."""
    done: set[AssetKey] = set()
    pending: list[tuple[AssetKey, bool]] = [(key, False) for key in _each_once(emitter, references, owner)]
    while pending:
        key, is_open = pending.pop()
        if key in done:
            continue
        inner = emitter.variant_of(key)
        if is_open:
            done.add(key)
            sql = _with_relations(emitter, key, inner, rewrites=emitter.rewrites).text
            yield key, _bare(sql, inner.reading.dialect)
            continue
        pending.append((key, True))
        below = _each_once(emitter, inner.reading.references, key)
        pending += [(needed, False) for needed in below if needed not in done]


def _each_once(emitter: Emitter, references: Iterable[Reference], owner: AssetKey) -> list[AssetKey]:
    """The ephemeral models among what is read, in the order in which a stack takes them."""
    return list(reversed(dict.fromkeys(key for _, key in _ephemeral(emitter, references, owner))))


def _ephemeral(
    emitter: Emitter, references: Iterable[Reference], owner: AssetKey
) -> Iterator[tuple[Reference, AssetKey]]:
    for reference in references:
        keys = find_table(emitter.names, reference.parts, owner) if reference.kind == "read" else ()
        asset = emitter.assets.get(keys[0]) if len(keys) == 1 and keys[0] != owner else None
        if asset is not None and asset.config.materialization.is_inlined:
            yield reference, asset.key


def _bare(sql: str, dialect: str) -> str:
    """A query without the semicolon at its end, and what follows that."""
    statements = split_statements(sql.strip(), dialect)
    return statements[0].sql if len(statements) == 1 else sql.strip()


def _head_insertion(query: StatementText, ctes: Iterable[str]) -> Replacement:
    """The CTEs as text that goes where the query's own WITH begins, or before the query."""
    match = _OPENING_WITH.match(query.sql)
    written = ",\n".join(ctes)
    if match is not None and match[1]:
        offset = query.start + match.end()
        return Replacement(offset, offset, f" {written},")
    return Replacement(query.start, query.start, f"with {written}\n")
