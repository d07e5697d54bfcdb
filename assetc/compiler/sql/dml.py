"""UPDATE and DELETE whose target is the alias of a table that stands in their FROM."""

from __future__ import annotations

from sqlglot import exp

from assetc.compiler.sql.script import Script
from assetc.compiler.sql.tables import table_parts


def find_targets(script: Script, statement: exp.Expr) -> dict[int, int | None]:
    """Add the writes that go through an alias; the tables dealt with, by identity, with their reference."""
    if not isinstance(statement, (exp.Update, exp.Delete)):
        return {}
    numbers: dict[int, int | None] = {}
    sources = _sources(script, statement)
    named = statement.args.get("tables") if isinstance(statement, exp.Delete) else [statement.this]
    for target in named or ():
        source = _source_of(script, target, sources)
        if source is None:
            continue
        place = script.place_of(source.parts)
        numbers[id(target)] = None
        numbers[id(source)] = script.write(
            table_parts(script, source), place, operation=statement.key, has_alias=bool(source.alias)
        )
    return numbers


def _sources(script: Script, statement: exp.Expr) -> dict[str, exp.Table]:
    """The tables of the statement's FROM by the name under which it knows them."""
    start = statement.args.get("from_")
    roots = [start.this] if isinstance(start, exp.From) else []
    if statement.args.get("tables") or (isinstance(statement.this, exp.Table) and statement.this.args.get("joins")):
        roots.append(statement.this)
    sources: dict[str, exp.Table] = {}
    for root in roots:
        if isinstance(root, exp.Table):
            for table in [root, *(join.this for join in root.args.get("joins") or ())]:
                if isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier):
                    alias = table.args.get("alias")
                    name = alias.this if alias is not None and alias.this is not None else table.this
                    sources[script.fold(name)] = table
    return sources


def _source_of(script: Script, target: exp.Expr, sources: dict[str, exp.Table]) -> exp.Table | None:
    if not isinstance(target, exp.Table) or not isinstance(target.this, exp.Identifier) or target.args.get("db"):
        return None
    return sources.get(script.fold(target.this))
