"""Which table the `schema.table` of a `schema.table.column` means, and its position."""

from __future__ import annotations

from collections import Counter

from sqlglot import exp

from assetc.compiler.sql.reading import ColumnPrefix
from assetc.compiler.sql.script_state import Parts, ScriptState

_OWNERS = (exp.Select, exp.Update, exp.Delete, exp.Merge, exp.Insert)


def find_prefixes(script: ScriptState, columns: list[exp.Column], numbers: dict[int, int | None], first: int) -> None:
    """Add the prefixes that must change when the table's name does; `numbers` are the tables' references."""
    if script.offset is None:
        return
    plain_too = _needs_plain(script, first)
    for column in columns:
        if column.args.get("db") or (plain_too and column.args.get("table")):
            _add_prefix(script, column, numbers)


def _needs_plain(script: ScriptState, first: int) -> bool:
    """Whether `table.column` matters: a written table has no alias, or two tables have one last name."""
    names: Counter[str] = Counter()
    for reference in dict.fromkeys((item.kind, item.parts, item.has_alias) for item in script.references[first:]):
        kind, parts, has_alias = reference
        if kind == "write" and not has_alias:
            return True
        if kind == "read" and not has_alias:
            names[parts[-1]] += 1
    return any(count > 1 for count in names.values())


def _add_prefix(script: ScriptState, column: exp.Column, numbers: dict[int, int | None]) -> None:
    identifiers = [part for part in column.parts[:-1] if isinstance(part, exp.Identifier)]
    parts = tuple(script.fold(part) for part in identifiers)
    match = _source_of(script, column, parts, numbers)
    if match is None:
        return
    number, length = match
    offsets = script.in_text(*script.offsets_of(identifiers[:length]))
    if offsets[0] >= 0:
        script.prefixes.append(ColumnPrefix(number, *offsets))


def _source_of(
    script: ScriptState, column: exp.Expr, parts: Parts, numbers: dict[int, int | None]
) -> tuple[int, int] | None:
    """The reference whose table the column names, and how many parts of its prefix are the table's name."""
    node: exp.Expr | None = column.parent
    while node is not None:
        if isinstance(node, _OWNERS):
            for source in _sources(node):
                length = _match(script, source, parts)
                if length:
                    number = numbers.get(id(source))
                    return None if number is None or source.alias else (number, length)
        node = node.parent
    return None


def _sources(owner: exp.Expr) -> list[exp.Expr]:
    """Everything that a query or a statement can name, as a flat list."""
    start = owner.args.get("from_")
    stack = [owner.this, owner.args.get("using")] if not isinstance(owner, exp.Select) else []
    stack += [start.this if start is not None else None, *(owner.args.get("joins") or ())]
    stack += owner.args.get("laterals") or ()
    found: list[exp.Expr] = []
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, (exp.Join, exp.Schema)) or _is_bracket(item):
            stack += [item.this, *(item.args.get("joins") or ())]
        elif isinstance(item, exp.Expr):
            found.append(item)
            stack.extend(item.args.get("joins") or ())
    return found


def _is_bracket(item: object) -> bool:
    """`(a join b)`: parentheses around tables, not around a query."""
    return isinstance(item, (exp.Subquery, exp.Paren)) and isinstance(item.this, exp.Table) and not item.alias


def _match(script: ScriptState, source: exp.Expr, parts: Parts) -> int:
    """How many parts of a column's prefix name `source`; 0 if it is another table's."""
    alias = source.args.get("alias")
    if alias is not None and isinstance(alias.this, exp.Identifier):
        return 1 if script.fold(alias.this) == parts[0] else 0
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return 0
    names = tuple(script.fold(part) for part in source.parts if isinstance(part, exp.Identifier))
    for length in range(min(len(parts), len(names)), 0, -1):
        if names[-length:] == parts[:length]:
            return length
    return 0
