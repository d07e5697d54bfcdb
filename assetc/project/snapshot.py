"""The whole compilation, kept for the case that nothing has changed: one row, read without any of the passes.

Assets, checks and edges are many, so each is a plain row, and what they share is written once: keys, configurations and
declared columns stand in tables, and rows name them by their number.
"""

from __future__ import annotations

import marshal
from collections.abc import Hashable, Iterable, Iterator
from functools import partial
from hashlib import blake2b
from typing import Any

from msgspec import Struct

from assetc.compiler.asset import Asset, Check, DeclaredColumn, Edge, Graph
from assetc.compiler.compilation import Compilation
from assetc.compiler.graph import Adjacency
from assetc.compiler.place import Span
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.project.cache import Cache
from assetc.project.compact import from_plain, to_plain
from assetc.project.later import Later

Row = list[Any]

_ASSET = Asset.__struct_fields__
_CHECK = Check.__struct_fields__


class Snapshot(Struct, frozen=True):
    """A compilation as it is stored.

    `templated` are the property files that depend on more than their text, and `rendered` is a hash of what they said.
    """

    compilation: Compilation
    templated: tuple[str, ...] = ()
    rendered: str = ""


def recall(cache: Cache, scope: str, inputs: str) -> Snapshot | None:
    """The compilation of these inputs, if it is the last one of its scope."""
    row = cache.get("snapshot", scope)
    if row is None or not row.startswith(inputs.encode()):
        return None
    try:
        return _snapshot(marshal.loads(row[len(inputs) :]))  # noqa: S302  our own cache, of this version of Python
    except (ValueError, TypeError, EOFError, LookupError):
        return None


def keep(cache: Cache, scope: str, inputs: str, snapshot: Snapshot) -> None:
    """Remember a compilation, unless something in it cannot be written: a date in somebody's `meta`."""
    try:
        keys, *others = _plain(snapshot)
        content = marshal.dumps(([key.parts for key in keys], *others))
    except ValueError:
        content = b""
    cache.keep("snapshot", scope, inputs.encode() + content if content else b"")


def version_of(cache: Cache, scope: str, secrets: tuple[str, ...]) -> str:
    """A keyed hash of the last compilation of a scope, and of the secrets of its target; "" if it cannot be kept."""
    row = cache.get("snapshot", scope)
    if not row:
        return ""
    hashed = blake2b(row, digest_size=16, key=cache.secret())
    hashed.update(repr(secrets).encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()


def hash_of(value: object) -> str:
    """A hash of plain values, for the inputs of a compilation."""
    return blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class _Table:
    """Values that several rows share, each written once."""

    def __init__(self) -> None:
        self.plain: list[Any] = []
        self._number_of_object: dict[int, int] = {}
        self._number_of_equals: dict[Hashable, int] = {}

    def number(self, value: object) -> int:
        """The number of a value. The value must live as long as the table."""
        number = self._number_of_object.get(id(value))
        if number is None:
            number = self._number_of_object[id(value)] = self._number_of_equal(value)
        return number

    def _number_of_equal(self, value: object) -> int:
        identity, plain = _identity(value)
        number = self._number_of_equals.setdefault(identity, len(self.plain))
        if number == len(self.plain):
            self.plain.append(to_plain(value) if plain is None else plain)
        return number


def _identity(value: object) -> tuple[Hashable, Any]:
    """What equal values share: a column itself; else the plain form, in which 1 is not True, and which comes along."""
    if isinstance(value, DeclaredColumn) and not value.meta:
        return value, None
    plain = to_plain(value)
    return marshal.dumps(plain, 0), plain


class _Keys(dict[AssetKey, int]):
    """The number of each key; one that nobody knows gets the next number."""

    def __missing__(self, key: AssetKey) -> int:
        return self.setdefault(key, len(self))


def _plain(snapshot: Snapshot) -> tuple[Any, ...]:
    compilation = snapshot.compilation
    graph = compilation.graph
    keys = _Keys((key, number) for number, key in enumerate(graph.upstream))
    shared = _Table()
    return (
        keys,
        shared.plain,
        [_asset_row(asset, keys, shared) for asset in graph.assets.values()],
        to_plain(tuple(graph.sources.values())),
        [_check_row(check, keys, shared) for check in graph.checks],
        [(keys[edge.down], keys[edge.up], edge.kind, _span_row(edge.span), edge.certainty) for edge in graph.edges],
        [_numbers(keys, near) for near in graph.upstream.values()],
        [_numbers(keys, near) for near in graph.downstream.values()],
        to_plain(compilation.diagnostics),
        [(keys[key], columns) for key, columns in compilation.columns.items()],
        to_plain(compilation.written),
        [tuple(read) for read in compilation.reads],
        compilation.outside,
        snapshot.templated,
        snapshot.rendered,
    )


def _snapshot(plain: tuple[Any, ...]) -> Snapshot:
    (parts, table, assets, sources, checks, edges, upstream, downstream, *others) = plain
    diagnostics, columns, written, reads, outside, templated, rendered = others
    keys = [AssetKey(each) for each in parts]
    shared = [from_plain(value) for value in table]
    made = [_asset(row, keys, shared) for row in assets]
    graph = Graph(
        assets={asset.key: asset for asset in made},
        sources={source.key: source for source in from_plain(sources)},
        checks=tuple(_check(row, keys, shared) for row in checks),
        edges=Later(partial(_edges, keys, edges)),
        upstream=_adjacency(keys, upstream),
        downstream=_adjacency(keys, downstream),
    )
    compilation = Compilation(
        graph,
        from_plain(diagnostics),
        {keys[key]: names for key, names in columns},
        from_plain(written),
        tuple(reads),
        outside,
    )
    return Snapshot(compilation, templated, rendered)


def _edges(keys: list[AssetKey], rows: list[Any]) -> Iterator[Edge]:
    return (Edge(keys[down], keys[up], kind, Span(*span), sure) for down, up, kind, span, sure in rows)


def _adjacency(keys: list[AssetKey], rows: Iterable[tuple[int, ...]]) -> Adjacency:
    key_of = keys.__getitem__
    return {key: tuple(map(key_of, near)) for key, near in zip(keys, rows, strict=False)}


def _numbers(keys: _Keys, near: Iterable[AssetKey]) -> tuple[int, ...]:
    return tuple(keys[key] for key in near)


_KEY_OF_ASSET, _CONFIG_OF_ASSET = _ASSET.index("key"), _ASSET.index("config")
_SPAN_OF_ASSET, _RELATION_OF_ASSET, _COLUMNS_OF_ASSET = map(_ASSET.index, ("span", "relation", "columns"))


def _asset_row(asset: Asset, keys: _Keys, shared: _Table) -> Row:
    row: Row = [getattr(asset, name) for name in _ASSET]
    relation = asset.relation
    row[_KEY_OF_ASSET] = keys[asset.key]
    row[_CONFIG_OF_ASSET] = shared.number(asset.config)
    row[_SPAN_OF_ASSET] = _span_row(asset.span)
    row[_RELATION_OF_ASSET] = None if relation is None else (relation.database, relation.schema, relation.name)
    row[_COLUMNS_OF_ASSET] = tuple(map(shared.number, asset.columns))
    return row


def _asset(row: Row, keys: list[AssetKey], shared: list[Any]) -> Asset:
    relation = row[_RELATION_OF_ASSET]
    row[_KEY_OF_ASSET] = keys[row[_KEY_OF_ASSET]]
    row[_CONFIG_OF_ASSET] = shared[row[_CONFIG_OF_ASSET]]
    row[_SPAN_OF_ASSET] = Span(*row[_SPAN_OF_ASSET])
    row[_RELATION_OF_ASSET] = relation and Relation(*relation)
    row[_COLUMNS_OF_ASSET] = tuple(map(shared.__getitem__, row[_COLUMNS_OF_ASSET]))
    return Asset(*row)


_CONFIG_OF_CHECK, _SPAN_OF_CHECK = _CHECK.index("config"), _CHECK.index("span")
_ASSETS_OF_CHECK, _ARGUMENTS_OF_CHECK = _CHECK.index("assets"), _CHECK.index("arguments")


def _check_row(check: Check, keys: _Keys, shared: _Table) -> Row:
    row: Row = [getattr(check, name) for name in _CHECK]
    row[_CONFIG_OF_CHECK] = shared.number(check.config)
    row[_SPAN_OF_CHECK] = _span_row(check.span)
    row[_ASSETS_OF_CHECK] = _numbers(keys, check.assets)
    row[_ARGUMENTS_OF_CHECK] = to_plain(check.arguments)
    return row


def _check(row: Row, keys: list[AssetKey], shared: list[Any]) -> Check:
    row[_CONFIG_OF_CHECK] = shared[row[_CONFIG_OF_CHECK]]
    row[_SPAN_OF_CHECK] = Span(*row[_SPAN_OF_CHECK])
    row[_ASSETS_OF_CHECK] = tuple(map(keys.__getitem__, row[_ASSETS_OF_CHECK]))
    row[_ARGUMENTS_OF_CHECK] = from_plain(row[_ARGUMENTS_OF_CHECK])
    return Check(*row)


def _span_row(span: Span) -> tuple[Any, ...]:
    return span.path, span.start, span.end, span.line, span.column
