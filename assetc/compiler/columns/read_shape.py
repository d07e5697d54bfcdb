"""Finds the shape of a query, whole or not at all: the names of its output columns, as its own text determines them."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct, field
from sqlglot import exp

from assetc.compiler.columns.shape import Item, Shape, Star
from assetc.compiler.sql.ctes import cte_name, find_cte
from assetc.compiler.sql.fold import fold_column
from assetc.compiler.sql.statement import Found

_DEEPEST = 100

Source: TypeAlias = tuple[str, ...] | int  # a relation outside, or a step
Items: TypeAlias = tuple[Item, ...]

# Where `select *` puts the columns of USING; elsewhere it is not known.
_USING_IN_PLACE = frozenset({"duckdb", "sqlite"})
_USING_FIRST = frozenset({"postgres", "redshift", "snowflake", "spark", "databricks", "bigquery", "trino", "presto"})

_MULTIPLE = (exp.Unnest, exp.Explode, exp.Inline, exp.Posexplode, exp.Star, exp.Stack)


class UnknownShapeError(Exception):
    """The text does not determine the columns; never leaves this module."""


class _Shaper(Struct):
    """The steps so far; a query that is used twice is one step. None marks one that is being read."""

    dialect: str
    found: Found
    relations: dict[int, tuple[str, ...]]
    steps: list[Items] = field(default_factory=list)
    known: dict[int, int | None] = field(default_factory=dict)


def read_shape(dialect: str, query: exp.Expr, found: Found, relations: dict[int, tuple[str, ...]]) -> Shape | None:
    """The shape of `query`; `relations` are the names of its tables by identity. None if it is not known."""
    if not isinstance(query, exp.Query) or found.has_column_patterns:
        return None
    shaper = _Shaper(dialect, found, relations)
    try:
        _step(shaper, query, 0)
    except UnknownShapeError:
        return None
    return Shape(dialect, tuple(shaper.steps))


def _step(shaper: _Shaper, query: object, depth: int) -> int:
    """The number of the step that gives the columns of a query: a set operation has those of its first arm."""
    while isinstance(query, (exp.Subquery, exp.SetOperation)):
        if query.args.get("by_name") or query.args.get("joins") or query.args.get("pivots"):
            raise UnknownShapeError
        query = query.this
    if not isinstance(query, exp.Select) or depth > _DEEPEST:
        raise UnknownShapeError
    if id(query) not in shaper.known:
        shaper.known[id(query)] = None
        items = _items(shaper, query, depth + 1)
        shaper.steps.append(items)
        shaper.known[id(query)] = len(shaper.steps) - 1
    number = shaper.known[id(query)]
    if number is None:  # it needs its own columns
        raise UnknownShapeError
    return number


def _items(shaper: _Shaper, select: exp.Select, depth: int) -> Items:
    if select.args.get("kind") or select.args.get("operation_modifiers"):
        raise UnknownShapeError
    items: list[Item] = []
    for projection in select.expressions:
        items += _projection(shaper, select, projection, depth)
    return tuple(items)


def _projection(shaper: _Shaper, select: exp.Select, projection: exp.Expr, depth: int) -> Items:
    if isinstance(projection, exp.Star):
        items: Items = ()
        for source in _sources(select):
            items = _joined(shaper, items, source, depth)
        return _changed(shaper.dialect, items, projection)
    if isinstance(projection, exp.Column):
        if isinstance(projection.this, exp.Star):
            return _changed(shaper.dialect, _table_star(shaper, select, projection, depth), projection.this)
        return (_column_name(shaper.dialect, projection.this),)
    if isinstance(projection, exp.Alias) and not isinstance(projection.this, _MULTIPLE):
        return (_column_name(shaper.dialect, projection.args["alias"]),)
    raise UnknownShapeError


def _column_name(dialect: str, identifier: object) -> str:
    if not isinstance(identifier, exp.Identifier):
        raise UnknownShapeError
    return fold_column(dialect, identifier.name, quoted=bool(identifier.args.get("quoted")))


def _sources(select: exp.Select) -> list[exp.Expr]:
    """FROM, the joins and the lateral views, in the order in which a star lists them."""
    start = select.args.get("from_")
    if start is None:
        raise UnknownShapeError
    nested = start.this.args.get("joins") or ()  # `from a join b` without a SELECT
    joins, laterals = (*nested, *(select.args.get("joins") or ())), select.args.get("laterals") or ()
    if joins and laterals:
        raise UnknownShapeError
    return [start.this, *joins, *laterals]


def _joined(shaper: _Shaper, items: Items, source: exp.Expr, depth: int) -> Items:
    """The columns of `select *` after `source` is joined to `items`."""
    if not isinstance(source, exp.Join):
        return (*items, *_columns_of(shaper, source, depth))
    if source.args.get("method") == "NATURAL" or source.this.args.get("joins"):
        raise UnknownShapeError
    if source.args.get("kind") in ("SEMI", "ANTI") or source.args.get("side") in ("SEMI", "ANTI"):
        return items
    using = tuple(_column_name(shaper.dialect, name) for name in source.args.get("using") or ())
    added = _without(_columns_of(shaper, source.this, depth), using)
    if not using or shaper.dialect in _USING_IN_PLACE:
        return (*items, *added)
    if shaper.dialect not in _USING_FIRST:
        raise UnknownShapeError
    return (*using, *_without(items, using), *added)


def _without(items: Items, names: tuple[str, ...]) -> Items:
    if not names:
        return items
    return tuple(
        Star(item.source, (*item.excluded, *names), item.renamed) if isinstance(item, Star) else item
        for item in items
        if item not in names
    )


def _columns_of(shaper: _Shaper, source: exp.Expr, depth: int) -> Items:
    """All columns of one source of a query."""
    if any(source.args.get(name) for name in ("pivots", "match_recognize")):
        raise UnknownShapeError
    if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
        return _table_columns(shaper, source, depth)
    if isinstance(source, exp.Lateral) and isinstance(source.this, exp.Subquery):
        return _renamed(shaper, _step(shaper, source.this, depth), _alias_columns(shaper.dialect, source))
    if isinstance(source, exp.Subquery) and isinstance(source.this, exp.Query):
        return _renamed(shaper, _step(shaper, source, depth), _alias_columns(shaper.dialect, source))
    return _listed_columns(shaper.dialect, source)


def _listed_columns(dialect: str, source: exp.Expr) -> Items:
    """VALUES, UNNEST and lateral views whose alias lists all their columns."""
    names = _alias_columns(dialect, source)
    if isinstance(source, exp.Values) and source.expressions:
        width = len(source.expressions[0].expressions)
    elif isinstance(source, exp.Lateral) and source.args.get("view"):
        width = len(names)
    elif isinstance(source, exp.Unnest) and len(source.expressions) == 1 and not source.args.get("offset"):
        width = 1
    else:
        raise UnknownShapeError
    if not names or len(names) != width:
        raise UnknownShapeError
    return names


def _table_columns(shaper: _Shaper, table: exp.Table, depth: int) -> Items:
    names = _alias_columns(shaper.dialect, table)
    relation = shaper.relations.get(id(table))
    if relation is not None:
        if names:
            raise UnknownShapeError
        return (Star(relation),)
    cte = None
    if not table.args.get("db"):
        cte = find_cte(shaper.dialect, table, cte_name(shaper.dialect, table.this))
    if cte is None:
        raise UnknownShapeError
    number = _step(shaper, cte.this, depth)
    columns = _renamed(shaper, number, _alias_columns(shaper.dialect, cte))
    return columns if not names else _renamed_items(columns, names)


def _alias_columns(dialect: str, source: exp.Expr) -> tuple[str, ...]:
    alias = source.args.get("alias")
    if not isinstance(alias, exp.TableAlias):
        return ()
    return tuple(_column_name(dialect, name) for name in alias.columns)


def _renamed(shaper: _Shaper, step: int, names: tuple[str, ...]) -> Items:
    """The columns of a step, the first of them under the names of a column list."""
    if not names:
        return (Star(step),)
    return _renamed_items(shaper.steps[step], names)


def _renamed_items(items: Items, names: tuple[str, ...]) -> Items:
    if len(names) > len(items) or any(isinstance(item, Star) for item in items):
        raise UnknownShapeError
    return (*names, *items[len(names) :])


def _table_star(shaper: _Shaper, select: exp.Select, projection: exp.Column, depth: int) -> Items:
    """`t.*`: all columns of the source of that name."""
    wanted = _column_name(shaper.dialect, projection.args.get("table"))
    if projection.args.get("db"):
        raise UnknownShapeError
    sources = [source.this if isinstance(source, exp.Join) else source for source in _sources(select)]
    matches = [source for source in sources if _source_name(shaper.dialect, source) == wanted]
    if len(matches) != 1:
        raise UnknownShapeError
    return _columns_of(shaper, matches[0], depth)


def _source_name(dialect: str, source: exp.Expr) -> str | None:
    alias = source.args.get("alias")
    name = alias.this if isinstance(alias, exp.TableAlias) else None
    if name is None and isinstance(source, exp.Table):
        name = source.this
    return _column_name(dialect, name) if isinstance(name, exp.Identifier) else None


def _changed(dialect: str, items: Items, star: exp.Star) -> Items:
    """EXCLUDE and RENAME of a star; REPLACE changes no name."""
    if star.args.get("ilike"):
        raise UnknownShapeError
    excluded = tuple(_changed_name(dialect, item) for item in star.args.get("except_") or ())
    pairs = tuple(
        (_changed_name(dialect, item.this), _column_name(dialect, item.args["alias"]))
        for item in star.args.get("rename") or ()
    )
    return tuple(_rename(item, pairs) for item in _without(items, excluded))


def _changed_name(dialect: str, item: exp.Expr) -> str:
    """A column in such a list; a qualified one is of one table only, which is not followed."""
    if isinstance(item, exp.Column):
        if item.args.get("table"):
            raise UnknownShapeError
        return _column_name(dialect, item.this)
    return _column_name(dialect, item)


def _rename(item: Item, pairs: tuple[tuple[str, str], ...]) -> Item:
    if isinstance(item, Star):
        return Star(item.source, item.excluded, (*item.renamed, *pairs))
    return dict(pairs).get(item, item)
