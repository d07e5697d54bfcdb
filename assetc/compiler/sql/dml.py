"""UPDATE and DELETE whose target is the alias of a table in their FROM."""

from __future__ import annotations

from sqlglot import exp

from assetc.compiler.sql import vocabulary
from assetc.compiler.sql.script_state import ScriptState
from assetc.compiler.sql.tables import is_temporary, table_parts


def find_targets(script: ScriptState, statement: exp.Expr) -> dict[int, int | None]:
    """Add the writes that go through an alias; the tables dealt with, by identity, with their reference."""
    if not isinstance(statement, (exp.Update, exp.Delete)):
        return {}
    sources = _sources(script, statement)
    if isinstance(statement, exp.Update) and _joins(statement.this) and script.dialect in vocabulary.MYSQL_FAMILY:
        return _updated(script, statement, sources)
    numbers: dict[int, int | None] = {}
    for target in _named_targets(script, statement):
        source = _source_of(script, target, sources)
        if source is not None:
            numbers[id(target)] = None
            numbers[id(source)] = _write(script, source, statement.key)
    return numbers


def _named_targets(script: ScriptState, statement: exp.Expr) -> list[exp.Expr]:
    if isinstance(statement, exp.Update):
        return [statement.this]
    if statement.args.get("using") and script.dialect in vocabulary.MYSQL_FAMILY:  # DELETE FROM t USING t JOIN s
        return [statement.this]
    return list(statement.args.get("tables") or ())


def _updated(script: ScriptState, statement: exp.Expr, sources: dict[str, exp.Table]) -> dict[int, int | None]:
    """MySQL: UPDATE a JOIN b SET b.x = a.x writes the tables whose columns it sets, the first one if none is named."""
    columns = [item.this for item in statement.expressions if isinstance(item, exp.EQ)]
    names = {script.fold(column.args["table"]) for column in columns if column.args.get("table")}
    written = [table for name, table in sources.items() if name in names]
    numbers = {id(table): _write(script, table, "update") for table in written or [statement.this]}
    first = statement.this
    if id(first) not in numbers and isinstance(first, exp.Table):
        offsets = script.offsets_of(first.parts)
        numbers[id(first)] = script.read(table_parts(script, first), offsets, has_alias=bool(first.alias))
    return numbers


def _sources(script: ScriptState, statement: exp.Expr) -> dict[str, exp.Table]:
    """The tables of the statement's FROM by their alias, or else their name."""
    start = statement.args.get("from_")
    roots = [start.this] if isinstance(start, exp.From) else []
    if statement.args.get("tables") or _joins(statement.this):
        roots.append(statement.this)
    if isinstance(statement, exp.Delete) and script.dialect in vocabulary.MYSQL_FAMILY:
        roots += statement.args.get("using") or ()
    sources: dict[str, exp.Table] = {}
    for root in roots:
        if isinstance(root, exp.Table):
            for table in [root, *(join.this for join in _joins(root))]:
                if isinstance(table, exp.Table) and isinstance(table.this, (exp.Identifier, exp.Parameter)):
                    alias = table.args.get("alias")
                    name = alias.this if alias is not None and alias.this is not None else table.this
                    sources[script.fold(name)] = table
    return sources


def _joins(table: object) -> list[exp.Join]:
    return list(table.args.get("joins") or ()) if isinstance(table, exp.Table) else []


def _write(script: ScriptState, table: exp.Table, operation: str) -> int | None:
    """Add a write, unless the table lives in the session only."""
    if not isinstance(table.this, exp.Identifier) or is_temporary(script, table.this):
        return None
    offsets = script.offsets_of(table.parts)
    return script.write(table_parts(script, table), offsets, operation=operation, has_alias=bool(table.alias))


def _source_of(script: ScriptState, target: exp.Expr, sources: dict[str, exp.Table]) -> exp.Table | None:
    if not isinstance(target, exp.Table) or not isinstance(target.this, exp.Identifier) or target.args.get("db"):
        return None
    return sources.get(script.fold(target.this))
