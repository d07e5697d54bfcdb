"""A compilation as rows of plain values, and back.

What rows share is written once: keys, configurations and declared columns stand in tables, and have numbers.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import astuple

from assetc.compiler.asset import Asset, Check, DeclaredColumn, Edge, Graph, NodeId, Source
from assetc.compiler.compilation import Compilation
from assetc.compiler.graph import Adjacency
from assetc.compiler.place import Span, TextId
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.project.memory.compact import from_plain, read_plain, to_plain
from assetc.project.memory.later import Later
from assetc.project.profiles.secrets import named_only

Row = list[Any]

_ASSET = Asset.__struct_fields__
_CHECK = Check.__struct_fields__


class Snapshot(Struct, frozen=True):
    """A compilation, the property files that depend on more than their text, and a hash of what these said."""

    compilation: Compilation
    templated: tuple[str, ...] = ()
    rendered: str = ""


class Rows(NamedTuple):
    """The parts of a stored compilation, plain."""

    keys: list[tuple[str, ...]]
    shared: list[Any]
    assets: list[Row]
    sources: Any
    checks: list[Row]
    edges: bytes
    """Rows once more written as bytes: most commands never look at them."""
    upstream: list[tuple[int, ...]]
    downstream: list[tuple[int, ...]]
    faults: list[Any]
    columns: list[Any]
    written: Any
    reads: list[Any]
    outside: Any
    written_files: Any
    others: Any
    is_seen: bool
    templated: tuple[str, ...]
    rendered: str


class Recalled(Struct, frozen=True):
    """The last compilation of the same settings, the stamps of its files, and the rows as which it was stored.

    `edges` are the rows of the edges, read with the first edge that is looked at.
    """

    __repr__ = named_only

    snapshot: Snapshot
    stamps: str
    rows: Rows
    shared: tuple[Any, ...]
    edges: Sequence[Any]


class _Table:
    """Values that several rows share, each written once."""

    def __init__(self, plain: Iterable[Any] = (), objects: Iterable[Any] = ()) -> None:
        self.plain = list(plain)
        self._number_of_object = {id(each): number for number, each in enumerate(objects)}
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


def rows_of(snapshot: Snapshot, recalled: Recalled | None) -> Rows:
    """A compilation as rows. Those of what was recalled, and is the same object still, are taken as they are."""
    compilation, graph = snapshot.compilation, snapshot.compilation.graph
    writer = _Writer(graph, recalled)
    rows = Rows(
        keys=[],
        shared=writer.shared.plain,
        assets=writer.rows(graph.assets.values(), _asset_row),
        sources=writer.rows((graph.sources,), _source_rows)[0],
        checks=writer.rows(graph.checks.values(), _check_row),
        edges=marshal.dumps(writer.rows(graph.edges, _edge_row)),
        upstream=writer.rows(graph.upstream.values(), _numbers),
        downstream=writer.rows(graph.downstream.values(), _numbers),
        faults=[(*owner, text.path, text.part, to_plain(each)) for (*owner, text), each in compilation.faults.items()],
        columns=[(writer.keys[key], columns) for key, columns in compilation.columns.items()],
        written=to_plain(compilation.written),
        reads=[tuple(read) for read in compilation.reads],
        outside=compilation.outside,
        written_files=to_plain(compilation.written_files),
        others=to_plain(compilation.others),
        is_seen=compilation.is_seen,
        templated=snapshot.templated,
        rendered=snapshot.rendered,
    )
    return rows._replace(keys=[key.parts for key in writer.keys])  # the others may have known some more


class _Writer:
    """What is written meanwhile: the keys and shared values that rows name by their numbers, and rows known before."""

    def __init__(self, graph: Graph, recalled: Recalled | None) -> None:
        self.keys = _Keys((key, number) for number, key in enumerate(graph.upstream))
        self.shared = _Table()
        self._known: dict[int, Any] = {}
        if recalled is not None and [key.parts for key in self.keys] == recalled.rows.keys:
            self.shared = _Table(recalled.rows.shared, recalled.shared)
            self._known = dict(_known_rows(recalled))

    def rows(self, values: Iterable[Any], write: _Write) -> list[Any]:
        """A row for each value: the one that it was read from, or a new one."""
        known = self._known
        return [known.get(id(value)) or write(value, self.keys, self.shared) for value in values]


_Write: TypeAlias = Callable[[Any, _Keys, _Table], Any]


def _known_rows(recalled: Recalled) -> Iterator[tuple[int, Any]]:
    graph, rows = recalled.snapshot.compilation.graph, recalled.rows
    yield id(graph.sources), rows.sources
    pairs = (
        (graph.assets.values(), rows.assets),
        (graph.checks.values(), rows.checks),
        (graph.edges, recalled.edges),
        (graph.upstream.values(), rows.upstream),
        (graph.downstream.values(), rows.downstream),
    )
    for values, written in pairs:
        yield from zip(map(id, values), written, strict=True)


def read_rows(rows: Rows, stamps: str) -> Recalled:
    """The compilation that was written as these rows."""
    keys = [AssetKey(each) for each in rows.keys]
    shared = tuple(from_plain(value) for value in rows.shared)
    made = [_asset(row, keys, shared) for row in rows.assets]
    checks = [_check(row, keys, shared) for row in rows.checks]
    edges = Later[Row](partial(read_plain, rows.edges))
    graph = Graph(
        assets={asset.key: asset for asset in made},
        sources={source.key: source for source in from_plain(rows.sources)},
        checks={check.id: check for check in checks},
        edges=Later(partial(_edges, keys, edges)),
        upstream=_adjacency(keys, rows.upstream),
        downstream=_adjacency(keys, rows.downstream),
    )
    compilation = Compilation(
        graph,
        {(owner, TextId(path, part)): from_plain(problems) for owner, path, part, problems in rows.faults},
        {keys[key]: names for key, names in rows.columns},
        from_plain(rows.written),
        tuple(rows.reads),
        rows.outside,
        from_plain(rows.written_files),
        from_plain(rows.others),
        rows.is_seen,
    )
    return Recalled(Snapshot(compilation, rows.templated, rows.rendered), stamps, rows, shared, edges)


def _source_rows(sources: Mapping[AssetKey, Source], _: _Keys, __: _Table) -> Any:
    return to_plain(tuple(sources.values()))


def _edges(keys: list[AssetKey], rows: Iterable[Row]) -> Iterator[Edge]:
    for down, up, kind, span, certainty, through in rows:
        yield Edge(keys[down], keys[up], kind, Span(*span), certainty, through and Span(*through))


def _adjacency(keys: list[AssetKey], rows: Iterable[tuple[int, ...]]) -> Adjacency:
    key_of = keys.__getitem__
    return {key: tuple(map(key_of, near)) for key, near in zip(keys, rows, strict=False)}


def _numbers(near: Iterable[AssetKey], keys: _Keys, _: _Table) -> tuple[int, ...]:
    return tuple(keys[key] for key in near)


def _edge_row(edge: Edge, keys: _Keys, _: _Table) -> tuple[Any, ...]:
    through = edge.through and astuple(edge.through)
    return keys[edge.down], keys[edge.up], edge.kind, astuple(edge.span), edge.certainty, through


_KEY_OF_ASSET, _CONFIG_OF_ASSET = _ASSET.index("key"), _ASSET.index("config")
_TEXT_OF_ASSET, _SPAN_OF_ASSET = _ASSET.index("text"), _ASSET.index("span")
_RELATION_OF_ASSET, _COLUMNS_OF_ASSET = _ASSET.index("relation"), _ASSET.index("columns")


def _asset_row(asset: Asset, keys: _Keys, shared: _Table) -> Row:
    row: Row = [*astuple(asset)]
    row[_KEY_OF_ASSET] = keys[asset.key]
    row[_CONFIG_OF_ASSET] = shared.number(asset.config)
    row[_TEXT_OF_ASSET] = astuple(asset.text)
    row[_SPAN_OF_ASSET] = astuple(asset.span)
    row[_RELATION_OF_ASSET] = asset.relation and astuple(asset.relation)
    row[_COLUMNS_OF_ASSET] = tuple(map(shared.number, asset.columns))
    return row


def _asset(written: Row, keys: list[AssetKey], shared: tuple[Any, ...]) -> Asset:
    row = written.copy()
    relation = row[_RELATION_OF_ASSET]
    row[_KEY_OF_ASSET] = keys[row[_KEY_OF_ASSET]]
    row[_CONFIG_OF_ASSET] = shared[row[_CONFIG_OF_ASSET]]
    row[_TEXT_OF_ASSET] = TextId(*row[_TEXT_OF_ASSET])
    row[_SPAN_OF_ASSET] = Span(*row[_SPAN_OF_ASSET])
    row[_RELATION_OF_ASSET] = relation and Relation(*relation)
    row[_COLUMNS_OF_ASSET] = tuple(map(shared.__getitem__, row[_COLUMNS_OF_ASSET]))
    return Asset(*row)


_ID_OF_CHECK, _CONFIG_OF_CHECK, _SPAN_OF_CHECK = map(_CHECK.index, ("id", "config", "span"))
_ASSETS_OF_CHECK, _ARGUMENTS_OF_CHECK, _PLACES_OF_CHECK = map(_CHECK.index, ("assets", "arguments", "places"))


def _check_row(check: Check, keys: _Keys, shared: _Table) -> Row:
    row: Row = [*astuple(check)]
    row[_ID_OF_CHECK] = astuple(check.id)
    row[_CONFIG_OF_CHECK] = shared.number(check.config)
    row[_SPAN_OF_CHECK] = astuple(check.span)
    row[_ASSETS_OF_CHECK] = _numbers(check.assets, keys, shared)
    row[_ARGUMENTS_OF_CHECK] = to_plain(check.arguments)
    row[_PLACES_OF_CHECK] = tuple((key, astuple(span)) for key, span in check.places)
    return row


def _check(written: Row, keys: list[AssetKey], shared: tuple[Any, ...]) -> Check:
    row = written.copy()
    row[_ID_OF_CHECK] = NodeId(*row[_ID_OF_CHECK])
    row[_CONFIG_OF_CHECK] = shared[row[_CONFIG_OF_CHECK]]
    row[_SPAN_OF_CHECK] = Span(*row[_SPAN_OF_CHECK])
    row[_ASSETS_OF_CHECK] = tuple(map(keys.__getitem__, row[_ASSETS_OF_CHECK]))
    row[_ARGUMENTS_OF_CHECK] = from_plain(row[_ARGUMENTS_OF_CHECK])
    row[_PLACES_OF_CHECK] = tuple((key, Span(*span)) for key, span in row[_PLACES_OF_CHECK])
    return Check(*row)
